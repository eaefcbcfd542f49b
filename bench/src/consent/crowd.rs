//! Invented people, the same in every run: what each chose is computed from their number.

/// A number's mixed bits (`splitmix64`).
pub fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A person's e-mail address.
pub fn email(n: usize) -> String {
    format!("customer.{n}@mail{}.example.com", n % 97)
}

/// A person's phone number.
pub fn phone(n: usize) -> String {
    format!("+861{:010}", 3_000_000_000_u64 + n as u64)
}

/// What a person says to all sixteen purposes when they join, as bits.
pub fn first(n: usize) -> u16 {
    mix(n as u64) as u16
}

/// The purposes a person speaks of later (up to four), and what they say.
pub fn second(n: usize) -> [(u16, bool); 4] {
    let bits = mix(n as u64 ^ 0x5555);
    [0, 1, 2, 3].map(|at| (((bits >> (at * 4)) & 15) as u16, bits >> (32 + at) & 1 == 1))
}

/// When they joined (µs): some time in the year before `now`.
pub fn joined(n: usize, now: i64) -> i64 {
    now - 86_400_000_000 - (mix(n as u64 ^ 0xaaaa) % (364 * 86_400_000_000)) as i64
}
