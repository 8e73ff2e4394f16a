//! Random numbers that are the same ones for the same seed.

pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 until before `limit`.
    pub(crate) fn up_to(&mut self, limit: u32) -> i64 {
        i64::try_from(self.next() % u64::from(limit)).unwrap()
    }

    pub(crate) fn one_in(&mut self, times: u32) -> bool {
        self.up_to(times) == 0
    }
}
