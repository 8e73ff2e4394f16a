//! Tests of the crate from outside, in one binary because each costs a link.

mod parsing;
