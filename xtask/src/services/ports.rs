//! Free ports on loopback.

use std::net::{Ipv4Addr, TcpListener};

use super::random;
use crate::outcome::{Outcome, failed};

/// Below what the system hands out for outgoing connections: a node that is killed has to find
/// its ports still free when it is started again.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// So many different free ports. The search starts anywhere, so that two clones that look at the
/// same moment do not find the same ones.
pub(super) fn free(count: usize) -> Outcome<Vec<u16>> {
    free_from(random::number()?, count)
}

fn free_from(start: u16, count: usize) -> Outcome<Vec<u16>> {
    // All are held until the last is found, or one would be found twice.
    let held: Vec<(u16, TcpListener)> = (0..COUNT)
        .map(|step| FIRST + (start % COUNT + step) % COUNT)
        .filter_map(|port| Some((port, TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?)))
        .take(count)
        .collect();
    if held.len() < count {
        return Err(failed(format!("there are no {count} free ports")));
    }
    Ok(held.into_iter().map(|(port, _)| port).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_differ_and_avoid_what_is_taken() {
        let mut ports = FIRST..FIRST + COUNT;
        let taken = ports.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let taken = taken.unwrap();
        let port = taken.local_addr().unwrap().port();
        let found = free_from(port - FIRST, 3).unwrap();
        assert!(!found.contains(&port));
        assert!(found[0] != found[1] && found[1] != found[2] && found[0] != found[2]);
        drop(taken);
    }

    #[test]
    fn the_search_goes_on_at_the_start_of_the_range() {
        let found = free_from(COUNT - 1, 2).unwrap();
        assert!(
            found
                .iter()
                .all(|port| (FIRST..FIRST + COUNT).contains(port))
        );
    }
}
