//! Addresses of cryptocurrencies, each with its checksum.

use sha2::{Digest, Sha256};

const BITCOIN_ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const RIPPLE_ALPHABET: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// An address of a chain whose form carries a checksum.
pub fn wallet(value: &str) -> bool {
    let b = value.as_bytes();
    match b {
        [b'0', b'x' | b'X', ..] => ethereum(value),
        [b'b' | b'B', b'c' | b'C', b'1', ..]
        | [b'l' | b'L', b't' | b'T', b'c' | b'C', b'1', ..]
        | [b't' | b'T', b'b' | b'B', b'1', ..] => bech32(value),
        [b'1' | b'3' | b'L' | b'M' | b'D' | b'A' | b'T' | b'9', ..] => base58_address(value),
        [b'r', ..] => ripple(value),
        _ => false,
    }
}

/// Base58Check with a version byte of Bitcoin (0, 5), Litecoin (48, 50), Dogecoin (30, 22) or TRON (65).
pub fn base58_address(value: &str) -> bool {
    (26..=35).contains(&value.len())
        && base58check(value, BITCOIN_ALPHABET)
            .is_some_and(|version| matches!(version, 0 | 5 | 48 | 50 | 30 | 22 | 65))
}

/// XRP Ledger classic address: Base58Check in Ripple's alphabet, version 0.
pub fn ripple(value: &str) -> bool {
    (25..=35).contains(&value.len()) && base58check(value, RIPPLE_ALPHABET) == Some(0)
}

/// Decodes 25 bytes and checks the last four against the double SHA-256 of the others; the version byte.
fn base58check(value: &str, alphabet: &[u8; 58]) -> Option<u8> {
    let decoded = base58::<25>(value, alphabet)?;
    let (body, check) = decoded.split_at(21);
    let hash = Sha256::digest(Sha256::digest(body));
    (hash[..4] == *check).then_some(decoded[0])
}

/// Base58 of exactly `N` bytes.
fn base58<const N: usize>(value: &str, alphabet: &[u8; 58]) -> Option<[u8; N]> {
    let mut out = [0u8; N];
    for byte in value.bytes() {
        let mut carry = alphabet.iter().position(|a| *a == byte)?;
        for slot in out.iter_mut().rev() {
            carry += usize::from(*slot) * 58;
            *slot = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    Some(out)
}

/// Solana address: 32 bytes in Base58. No checksum: a label is needed.
pub fn solana(value: &str) -> bool {
    let mixed = value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_digit());
    (32..=44).contains(&value.len())
        && mixed
        && base58::<32>(value, BITCOIN_ALPHABET).is_some_and(|key| key[0] != 0)
}

/// Bech32 (BIP 173) or bech32m (BIP 350) of Bitcoin and Litecoin: witness version 0 checks with 1, later
/// ones with 0x2bc830a3.
pub fn bech32(value: &str) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    if !(14..=90).contains(&value.len()) || !value.is_ascii() {
        return false;
    }
    let upper = value.bytes().any(|b| b.is_ascii_uppercase());
    if upper && value.bytes().any(|b| b.is_ascii_lowercase()) {
        return false;
    }
    let Some(one) = value.bytes().rposition(|b| b == b'1') else { return false };
    let lower = |b: u8| b.to_ascii_lowercase();
    let (prefix, data) = (&value.as_bytes()[..one], &value.as_bytes()[one + 1..]);
    if !["bc", "tb", "ltc"].iter().any(|p| p.as_bytes().eq_ignore_ascii_case(prefix)) {
        return false;
    }
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let mut next = (sum & 0x01ff_ffff) << 5 ^ value;
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                next ^= generator;
            }
        }
        next
    };
    let mut sum = prefix.iter().fold(1, |sum, c| step(sum, u32::from(lower(*c) >> 5)));
    sum = step(sum, 0);
    sum = prefix.iter().fold(sum, |sum, c| step(sum, u32::from(lower(*c) & 31)));
    let mut version = None;
    for c in data {
        let Some(worth) = ALPHABET.iter().position(|a| *a == lower(*c)) else { return false };
        version.get_or_insert(worth);
        sum = step(sum, worth as u32);
    }
    match version {
        Some(0) => sum == 1,
        Some(1..=16) => sum == 0x2bc8_30a3,
        _ => false,
    }
}

/// Ethereum address: `0x` and 40 hexadecimal digits; mixed case must be that of EIP-55.
pub fn ethereum(value: &str) -> bool {
    let Some(hex) = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X")) else {
        return false;
    };
    let b = hex.as_bytes();
    if b.len() != 40 || !b.iter().all(u8::is_ascii_hexdigit) || super::digits::monotone(b) {
        return false;
    }
    let upper = b.iter().any(u8::is_ascii_uppercase);
    let lower = b.iter().any(u8::is_ascii_lowercase);
    !(upper && lower) || eip55(b)
}

/// Mixed-case checksum (EIP-55): a letter is capital where the hash's nibble is 8 or more.
fn eip55(hex: &[u8]) -> bool {
    let mut plain = [0u8; 40];
    plain.copy_from_slice(hex);
    plain.make_ascii_lowercase();
    let hash = keccak256(&plain);
    hex.iter().enumerate().all(|(at, c)| {
        let nibble = hash[at / 2] >> (4 * (1 - at % 2)) & 15;
        c.is_ascii_digit() || c.is_ascii_uppercase() == (nibble >= 8)
    })
}

/// Keccak-256 as Ethereum uses it (the padding before FIPS 202), of fewer than 136 bytes.
fn keccak256(input: &[u8; 40]) -> [u8; 32] {
    let mut block = [0u8; 136];
    block[..40].copy_from_slice(input);
    block[40] = 1;
    block[135] |= 0x80;
    let mut state = [0u64; 25];
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    }
    keccak_f(&mut state);
    let mut out = [0u8; 32];
    for (bytes, lane) in out.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    out
}

/// The permutation Keccak-f[1600] (The Keccak reference 3.0, § 1.2).
fn keccak_f(a: &mut [u64; 25]) {
    const ROTATIONS: [u32; 24] =
        [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
    const LANES: [usize; 24] =
        [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];
    let mut register = 1u8;
    for _ in 0..24 {
        let mut columns = [0u64; 5];
        for (x, column) in columns.iter_mut().enumerate() {
            *column = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        }
        for at in 0..25 {
            a[at] ^= columns[(at + 4) % 5] ^ columns[(at % 5 + 1) % 5].rotate_left(1);
        }
        let mut last = a[1];
        for (lane, rotation) in LANES.into_iter().zip(ROTATIONS) {
            last = std::mem::replace(&mut a[lane], last.rotate_left(rotation));
        }
        for row in a.chunks_exact_mut(5) {
            let old = [row[0], row[1], row[2], row[3], row[4]];
            for x in 0..5 {
                row[x] = old[x] ^ !old[(x + 1) % 5] & old[(x + 2) % 5];
            }
        }
        // The round constants come from a shift register of the polynomial x⁸+x⁶+x⁵+x⁴+1.
        for bit in 0..7 {
            if register & 1 == 1 {
                a[0] ^= 1 << ((1u32 << bit) - 1);
            }
            register = register << 1 ^ if register >> 7 == 1 { 0x71 } else { 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_addresses_pass() {
        for good in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xde709f2102306220921060314715629080e2fb77",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
        ] {
            assert!(wallet(good), "{good}");
        }
    }

    #[test]
    fn a_wrong_character_fails() {
        for bad in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "0x0000000000000000000000000000000000000000",
            "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi",
            "1",
            "bc1",
            "Transaction",
        ] {
            assert!(!wallet(bad), "{bad}");
        }
    }

    #[test]
    fn solana_keys_are_32_bytes() {
        assert!(solana("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"));
        assert!(!solana("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5D0"));
    }
}
