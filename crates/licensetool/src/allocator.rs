//! Where memory comes from, if not from the system's own allocator.

/// The image's program is linked with musl, whose own allocator lets one thread in at a time.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
