//! The process as Linux tells of it, under the names that every Prometheus dashboard knows.
//! Elsewhere there is no `/proc`, and no series.

use std::fs;

use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};

/// Linux tells times to programs in hundredths of a second, whatever the kernel's own clock.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug)]
struct Process {
    /// In bytes.
    resident: Option<i64>,
    /// In bytes.
    virtual_memory: Option<i64>,
    /// In seconds.
    cpu: Option<f64>,
    /// In seconds since 1970.
    started_at: Option<f64>,
    open_files: Option<i64>,
}

/// Makes the process visible in `registry` as it is now.
pub(super) fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(Process::now()));
}

impl Process {
    fn now() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let (status, stat) = (read("/proc/self/status"), read("/proc/self/stat"));
        let boot = named(&read("/proc/stat"), "btime");
        Self {
            resident: named(&status, "VmRSS:").map(|kib| kib * 1024),
            virtual_memory: named(&status, "VmSize:").map(|kib| kib * 1024),
            cpu: field(&stat, 14)
                .zip(field(&stat, 15))
                .map(|(user, system)| user + system),
            #[allow(clippy::cast_precision_loss, reason = "exact for 285 million years")]
            started_at: field(&stat, 22)
                .zip(boot)
                .map(|(after, boot)| after + boot as f64),
            open_files: open_files(),
        }
    }
}

/// The number behind a name that begins a line.
fn named(text: &str, name: &str) -> Option<i64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// A time in seconds, from a field of `/proc/self/stat` as its manual counts them. The second is
/// the program's name in brackets and may hold anything.
fn field(stat: &str, number: usize) -> Option<f64> {
    let after_name = stat.rsplit_once(')')?.1;
    let ticks: f64 = after_name
        .split_whitespace()
        .nth(number - 3)?
        .parse()
        .ok()?;
    Some(ticks / TICKS_PER_SECOND)
}

fn open_files() -> Option<i64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // One of them is the reading of this very folder.
    i64::try_from(open.saturating_sub(1)).ok()
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for (name, help, number) in [
            (
                "process_resident_memory_bytes",
                "Resident memory",
                self.resident,
            ),
            (
                "process_virtual_memory_bytes",
                "Virtual memory",
                self.virtual_memory,
            ),
            ("process_open_fds", "Open file descriptors", self.open_files),
        ] {
            if let Some(number) = number {
                let gauge = ConstGauge::new(number);
                let kind = gauge.metric_type();
                gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
            }
        }
        if let Some(started_at) = self.started_at {
            let (gauge, help) = (ConstGauge::new(started_at), "Start, in seconds since 1970");
            let name = "process_start_time_seconds";
            gauge.encode(encoder.encode_descriptor(name, help, None, gauge.metric_type())?)?;
        }
        if let Some(cpu) = self.cpu {
            let (counter, help) = (ConstCounter::new(cpu), "Processor time, user and system");
            let (name, unit, kind) = ("process_cpu", Unit::Seconds, counter.metric_type());
            counter.encode(encoder.encode_descriptor(name, help, Some(&unit), kind)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_an_odd_name_is_read_all_the_same() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 1 0 4200 99";
        assert_eq!(field(stat, 14), Some(1.5));
        assert_eq!(field(stat, 15), Some(0.5));
        assert_eq!(field(stat, 22), Some(42.0));
        assert_eq!(field("", 14), None);
        assert_eq!(
            named("VmPeak:\t  9 kB\nVmRSS:\t  12 kB\n", "VmRSS:"),
            Some(12)
        );
        assert_eq!(named("", "VmRSS:"), None);
    }
}
