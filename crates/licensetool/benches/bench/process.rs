//! What the system knows of a process: processor time and memory.

use std::fs;

/// Ticks of processor time in a second, as Linux counts them for programs on every machine.
const TICKS: f64 = 100.0;

/// Processor seconds that a process has used, in itself and for it.
pub(crate) fn cpu_seconds(id: u32) -> f64 {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    // The name in brackets may hold spaces; what follows the last bracket does not.
    let rest = line.rsplit_once(") ").unwrap().1;
    let mut fields = rest.split(' ').skip(11);
    let mut next = || fields.next().unwrap().parse::<f64>().unwrap();
    (next() + next()) / TICKS
}

/// The most memory that a process ever had resident, in bytes.
pub(crate) fn peak_resident(id: u32) -> u64 {
    status(id, "VmHWM:")
}

/// The memory that a process has resident now, in bytes.
pub(crate) fn resident(id: u32) -> u64 {
    status(id, "VmRSS:")
}

fn status(id: u32, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}
