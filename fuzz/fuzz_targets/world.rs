//! A world file of the simulator: refused with a sentence, or played so that our client reads it.
#![no_main]

use graph::{parse_subscribed_skus, parse_subscriptions};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use microsoft_sim::World;

fuzz_target!(|file: &str| {
    match World::parse(file) {
        Ok(world) => {
            let day = SignedDuration::from_hours(24);
            let today = world.today();
            for at in [
                Timestamp::MIN,
                today - day * 100,
                today,
                today + day,
                Timestamp::MAX,
            ] {
                play(&world, at);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

fn play(world: &World, at: Timestamp) {
    for tenant in world.tenants() {
        let skus = world.subscribed_skus_body(&tenant.key, at);
        let skus = parse_subscribed_skus(&skus.expect("it has this tenant"));
        assert!(skus.is_ok(), "{skus:?}");
        let bought = world.subscriptions_body(&tenant.key, at);
        let bought = parse_subscriptions(&bought.expect("it has this tenant"));
        assert!(bought.is_ok(), "{bought:?}");
    }
}
