//! Keys for tests, made once a run: none stands in the tree.

use std::sync::LazyLock;

use jiff::Timestamp;
use rcgen::RsaKeySize;

use crate::key::SealingKey;
use crate::new_key::sealing_key;

pub(crate) fn now() -> Timestamp {
    "2026-11-29T06:00:00Z".parse().expect("a moment")
}

/// Smaller than real ones, which take seconds to make.
pub(crate) static KEY: LazyLock<SealingKey> =
    LazyLock::new(|| sealing_key(now(), RsaKeySize::_2048));
pub(crate) static OTHER: LazyLock<SealingKey> =
    LazyLock::new(|| sealing_key(now(), RsaKeySize::_2048));
