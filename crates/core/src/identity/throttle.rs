//! How often somebody may fail to show who they are, and begin to: counted by address, and by client at an address.
//!
//! A client that is attacked from elsewhere is not locked out: what counts is who fails where. Counts are in memory and
//! begin anew after a minute. What it does not do: find out an address, or say no (`akson::http`).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::Identity;
use super::secret::{self, Hash};

/// How long failures count.
const WINDOW_US: i64 = 60 * 1_000_000;
/// Failures of one client at one address in that time.
pub const CLIENT_FAILURES_MAX: u32 = 20;
/// Failures of all at one address.
pub const ADDRESS_FAILURES_MAX: u32 = 60;
/// Sign-ins that are begun at one address: a whole ward may stand behind it.
pub const SIGN_INS_MAX: u32 = 300;
/// Counts that are kept; beyond it all begin anew.
const COUNTS_MAX: usize = 100_000;

/// Who tries, from where.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'t> {
    /// The address.
    pub address: IpAddr,
    /// What the client calls itself; empty: somebody who signs in.
    pub client: &'t str,
}

/// What was counted.
#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<Hash, Count>>);

#[derive(Clone, Copy)]
struct Count {
    since: i64,
    times: u32,
}

impl Throttle {
    /// Counts once more; how often it was in this minute, and when that ends.
    fn add(&self, key: Hash, now: i64) -> Count {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTS_MAX {
            counts.retain(|_, count| now < count.since + WINDOW_US);
            if counts.len() >= COUNTS_MAX {
                counts.clear();
            }
        }
        let count = counts.entry(key).or_insert(Count { since: now, times: 0 });
        if now >= count.since + WINDOW_US {
            *count = Count { since: now, times: 0 };
        }
        count.times = count.times.saturating_add(1);
        *count
    }

    /// Seconds to wait, if it was so often already.
    fn wait(&self, key: Hash, most: u32, now: i64) -> Option<i64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(&key).filter(|count| count.times >= most && now < count.since + WINDOW_US)?;
        Some((count.since + WINDOW_US - now) / 1_000_000 + 1)
    }
}

/// The part of an address that one person has: of the newer kind they have a whole net.
fn net(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{:?}", &address.segments()[..4]),
        },
    }
}

fn keys(tried: Tried<'_>) -> [(Hash, u32); 2] {
    let net = net(tried.address);
    let own = secret::hash_all(&["client", &net, tried.client]);
    [(own, CLIENT_FAILURES_MAX), (secret::hash_all(&["address", &net]), ADDRESS_FAILURES_MAX)]
}

impl Identity<'_> {
    /// Whether somebody may try; if not, after how many seconds.
    pub fn may_try(&self, tried: Tried<'_>) -> Result<(), i64> {
        let (now, throttle) = (self.core.now(), &self.state().throttle);
        let waits = keys(tried).into_iter().filter_map(|(key, most)| throttle.wait(key, most, now));
        waits.max().map_or(Ok(()), Err)
    }

    /// Somebody has failed.
    pub fn has_failed(&self, tried: Tried<'_>) {
        let now = self.core.now();
        for (key, _) in keys(tried) {
            self.state().throttle.add(key, now);
        }
    }

    /// Whether a sign-in may begin at an address; if not, after how many seconds.
    pub fn may_begin(&self, address: IpAddr) -> Result<(), i64> {
        let (now, key) = (self.core.now(), secret::hash_all(&["sign-in", &net(address)]));
        let throttle = &self.state().throttle;
        match throttle.wait(key, SIGN_INS_MAX, now) {
            Some(seconds) => Err(seconds),
            None => {
                throttle.add(key, now);
                self.may_try(Tried { address, client: "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_count_for_a_minute() {
        let (throttle, key) = (Throttle::default(), [1; 32]);
        for _ in 0..4 {
            throttle.add(key, 0);
        }
        assert_eq!(throttle.wait(key, 5, 1), None);
        throttle.add(key, 1_000_000);
        assert_eq!(throttle.wait(key, 5, 1_000_000), Some(60));
        assert_eq!(throttle.wait([2; 32], 5, 1_000_000), None);
        assert_eq!(throttle.wait(key, 5, WINDOW_US), None);
        assert_eq!(throttle.add(key, WINDOW_US).times, 1);
    }

    #[test]
    fn a_net_is_one_address() {
        let same = |one: &str, other: &str| net(one.parse().unwrap()) == net(other.parse().unwrap());
        assert!(same("2001:db8:1:2::3", "2001:db8:1:2:ffff::4"));
        assert!(!same("2001:db8:1:2::3", "2001:db8:1:3::3"));
        assert!(!same("10.0.0.1", "10.0.0.2") && same("10.0.0.1", "::ffff:10.0.0.1"));
    }
}
