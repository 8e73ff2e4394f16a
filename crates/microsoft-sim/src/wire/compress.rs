//! Compression, since Microsoft compresses for whoever asks and clients must cope.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use http::{HeaderMap, HeaderValue};

use crate::message::Reply;

/// Answers of fewer bytes fit into one packet anyway.
const WORTH_IT: usize = 1_200;

pub(super) fn if_asked(mut reply: Reply, asked: &HeaderMap) -> Reply {
    if reply.body.len() < WORTH_IT || !accepts_gzip(asked) {
        return reply;
    }
    let room = Vec::with_capacity(reply.body.len() / 4);
    let mut encoder = GzEncoder::new(room, Compression::fast());
    let written = encoder
        .write_all(&reply.body)
        .and_then(|()| encoder.finish());
    reply.body = written.expect("memory takes all bytes").into();
    let gzip = HeaderValue::from_static("gzip");
    reply.headers.insert(CONTENT_ENCODING, gzip);
    reply
        .headers
        .append(VARY, HeaderValue::from_static("Accept-Encoding"));
    reply
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter();
    values.filter_map(|value| value.to_str().ok()).any(|value| {
        let mut codings = value.split(',').map(|coding| coding.replace(' ', ""));
        codings.any(|coding| coding.starts_with("gzip") && !coding.ends_with(";q=0"))
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use http::StatusCode;

    use super::*;

    fn sent(asked: &'static str, length: usize) -> Reply {
        let asked = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(asked))]);
        let reply = Reply {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: vec![b'x'; length].into(),
        };
        if_asked(reply, &asked)
    }

    #[test]
    fn whoever_asks_for_gzip_gets_it() {
        let check = |asked, length, compressed| {
            let reply = sent(asked, length);
            let marked = reply.headers.contains_key(CONTENT_ENCODING);
            assert_eq!(marked, compressed, "{asked} {length}");
        };
        check("gzip", 5_000, true);
        check("deflate, gzip;q=0.5", 5_000, true);
        check("gzip", 100, false);
        check("br", 5_000, false);
        check("gzip; q=0", 5_000, false);
    }

    #[test]
    fn what_is_compressed_is_the_answer() {
        let mut text = String::new();
        let reply = sent("gzip", 5_000);
        GzDecoder::new(&reply.body[..])
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "x".repeat(5_000));
    }
}
