//! How often one address may ask: a bucket per address that fills by the minute. Kept in memory under
//! hashes with a key of this process; nothing about a visitor is stored.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// More buckets than this and the full ones go: a flood from many addresses cannot fill memory.
const MOST: usize = 100_000;

/// Requests of one kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// At once.
    pub burst: f64,
    /// Per second, for ever.
    pub per_second: f64,
}

/// Reading the configuration: once per page view; a school behind one address reads many.
pub(crate) const READS: Rate = Rate { burst: 600.0, per_second: 20.0 };
/// Choices: once per visitor and change.
pub(crate) const WRITES: Rate = Rate { burst: 60.0, per_second: 1.0 };

struct Bucket {
    left: f64,
    at: Instant,
}

/// All buckets of one kind of request.
pub(crate) struct Limit {
    rate: Rate,
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, Bucket>>,
}

impl Limit {
    pub fn new(rate: Rate) -> Self {
        Self { rate, hasher: RandomState::new(), buckets: Mutex::default() }
    }

    /// Takes one; or says after how many seconds there is one.
    pub fn take(&self, address: &str) -> Result<(), u64> {
        let key = self.hasher.hash_one(neighbourhood(address));
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            let Rate { burst, per_second } = self.rate;
            buckets.retain(|_, b| b.left + (now - b.at).as_secs_f64() * per_second < burst);
            if buckets.len() >= MOST {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: self.rate.burst, at: now });
        let grown = bucket.left + (now - bucket.at).as_secs_f64() * self.rate.per_second;
        bucket.left = grown.min(self.rate.burst);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / self.rate.per_second).ceil() as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

/// One customer of a provider has a whole /64 of IPv6 addresses.
fn neighbourhood(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => format!("{:x?}", &v6.segments()[..4]),
        },
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_asks_too_often_waits_and_others_do_not() {
        let limit = Limit::new(Rate { burst: 3.0, per_second: 0.01 });

        for _ in 0..3 {
            assert_eq!(limit.take("192.0.2.1"), Ok(()));
        }

        assert!(limit.take("192.0.2.1").is_err_and(|seconds| (90..=100).contains(&seconds)));
        assert_eq!(limit.take("192.0.2.2"), Ok(()));
    }

    #[test]
    fn all_addresses_of_one_ipv6_network_share_a_bucket() {
        let limit = Limit::new(Rate { burst: 1.0, per_second: 0.01 });

        assert_eq!(limit.take("2001:db8::1"), Ok(()));

        assert!(limit.take("2001:db8::ffff").is_err());
        assert_eq!(limit.take("2001:db8:0:1::1"), Ok(()));
        assert_eq!(limit.take("::ffff:192.0.2.1"), Ok(()));
        assert!(limit.take("192.0.2.1").is_err());
    }
}
