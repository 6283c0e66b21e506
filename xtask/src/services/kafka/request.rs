//! One Metadata request, by hand: who answers it is a broker in working order.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Metadata, version 1: the oldest that can ask for no topics.
const HEADER: [u8; 4] = [0, 3, 0, 1];
const CORRELATION: [u8; 4] = *b"docs";
const CLIENT: &[u8; 5] = b"xtask";

/// Far more than the answer takes; anything longer is not from Kafka.
const LONGEST: u32 = 1 << 20;

/// The ids of the brokers that the one at this address knows to be alive.
pub(super) fn brokers(address: SocketAddr, patience: Duration) -> Result<Vec<u32>, String> {
    let body = exchange(address, patience)
        .map_err(|error| format!("no answer to a metadata request: {error}"))?;
    broker_ids(&body).ok_or_else(|| "not an answer to a metadata request".to_owned())
}

fn exchange(address: SocketAddr, patience: Duration) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(&request())?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length).min(LONGEST);
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn request() -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(HEADER);
    body.extend(CORRELATION);
    body.extend([0, CLIENT.len() as u8]);
    body.extend(CLIENT);
    // An array of no topics.
    body.extend([0; 4]);
    let mut request = (body.len() as u32).to_be_bytes().to_vec();
    request.extend(body);
    request
}

/// The correlation id and an array of brokers: id, host, port, rack. What follows is not needed.
fn broker_ids(body: &[u8]) -> Option<Vec<u32>> {
    let mut rest = body.strip_prefix(&CORRELATION)?;
    let count = u32::from_be_bytes(take(&mut rest)?);
    (0..count)
        .map(|_| {
            let id = u32::from_be_bytes(take(&mut rest)?);
            skip_text(&mut rest)?;
            let _port: [u8; 4] = take(&mut rest)?;
            skip_text(&mut rest)?;
            Some(id)
        })
        .collect()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

/// A text with its length before it, -1 for none.
fn skip_text(rest: &mut &[u8]) -> Option<()> {
    let length = i16::from_be_bytes(take(rest)?);
    let length = usize::try_from(length).unwrap_or(0);
    *rest = rest.get(length..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_framed_and_asks_for_no_topics() {
        let expected = b"\0\0\0\x13\0\x03\0\x01docs\0\x05xtask\0\0\0\0";
        assert_eq!(request(), expected);
    }

    #[test]
    fn the_brokers_are_read_whether_they_have_a_rack_or_not() {
        let answer = b"docs\0\0\0\x02\
            \0\0\0\x01\0\x09127.0.0.1\0\0\x23\x84\xff\xff\
            \0\0\0\x03\0\x09localhost\0\0\x23\x85\0\x02r1\
            \0\0\0\x01\0\0\0\0";
        assert_eq!(broker_ids(answer), Some(vec![1, 3]));
    }

    #[test]
    fn another_answer_is_not_taken_for_one() {
        for answer in [
            &b"HTTP/1.1 400"[..],
            b"",
            b"docs\0\0\0\x01\0\0",
            b"docs\xff\xff\xff\xff",
        ] {
            assert_eq!(broker_ids(answer), None);
        }
    }
}
