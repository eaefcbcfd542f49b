//! Global Privacy Control: a browser's standing request not to sell or share.

/// Whether the header field `Sec-GPC` asks for it: exactly `1` (Global Privacy Control, W3C,
/// “Sec-GPC”: other values are no request). Several fields of the name are no request either.
pub fn gpc_requested<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut values = values.into_iter();
    let first = values.next().map(<[u8]>::trim_ascii);
    first == Some(b"1") && values.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::gpc_requested;

    #[test]
    fn only_a_lone_one_is_a_request() {
        assert!(gpc_requested([b"1".as_slice()]));
        assert!(gpc_requested([b" 1 ".as_slice()]));
        for no in [&[][..], &[b"0".as_slice()], &[b"1,1"], &[b"true"], &[b"1", b"1"], &[b""]] {
            assert!(!gpc_requested(no.iter().copied()));
        }
    }
}
