//! What was measured, beside what is claimed.

use anyhow::bail;

use super::measure::Cost;

/// Rows as they come; a miss of a bound fails the run.
#[derive(Default)]
pub(super) struct Report {
    missed: Vec<String>,
}

const MIB: f64 = 1024.0 * 1024.0;

impl Report {
    pub(super) fn floor(&self, name: &str, cost: &Cost) {
        println!("{name}: {:.2} s", cost.seconds);
    }

    /// A time against the floor.
    pub(super) fn ratio(&mut self, name: &str, cost: &Cost, floor: &Cost, bound: f64, aim: Option<f64>) {
        let ratio = cost.seconds / floor.seconds;
        let aim = aim.map(|aim| format!(", aim {aim}×")).unwrap_or_default();
        self.row(name, ratio <= bound, &format!("{:.2} s, {ratio:.1}× the floor (bound {bound}×{aim})", cost.seconds));
    }

    /// The most memory at full size.
    pub(super) fn memory(&mut self, name: &str, peak: u64, bound: u64, aim: u64) {
        let mebibytes = as_float(peak) / MIB;
        let text = format!("{mebibytes:.1} MiB at most (bound {bound}, aim {aim})");
        self.row(&format!("memory of {name}"), mebibytes <= as_float(bound), &text);
    }

    /// How memory grows: at most 32 bytes a ticket and 8 MiB.
    pub(super) fn growth(&mut self, name: &str, sizes: [u64; 2], peaks: [u64; 2]) {
        let allowed = (sizes[1] - sizes[0]) * 32 + (8 << 20);
        let grown = peaks[1].saturating_sub(peaks[0]);
        let text = format!(
            "{:.1} MiB at {}, {:.1} MiB at {}: {:.1} MiB more (bound {:.1})",
            as_float(peaks[0]) / MIB, sizes[0], as_float(peaks[1]) / MIB, sizes[1], as_float(grown) / MIB, as_float(allowed) / MIB
        );
        self.row(&format!("growth of {name}"), grown <= allowed, &text);
    }

    /// A slow wire.
    pub(super) fn latency(&mut self, most: usize, seconds: f64, ideal: f64) {
        let text = format!("{most} at once (at least 4), {seconds:.2} s, {:.2}× of the ideal {ideal:.2} s (bound 1.3×)", seconds / ideal);
        self.row("fetch-event with 200 ms of latency", most >= 4 && seconds <= ideal * 1.3, &text);
    }

    fn row(&mut self, name: &str, holds: bool, text: &str) {
        println!("{name}: {text}: {}", if holds { "holds" } else { "MISSED" });
        if !holds {
            self.missed.push(name.to_owned());
        }
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        if self.missed.is_empty() { Ok(()) } else { bail!("missed: {}", self.missed.join(", ")) }
    }
}

fn as_float(number: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let number = number as f64;
    number
}
