//! The programs that are measured: built, started on a fresh folder, asked for their memory, stopped.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client::{Base, Client};
use crate::{Outcome, cargo, root};

/// How long a server may take until it answers.
const START_MAX: Duration = Duration::from_secs(30);

/// A server that is ours to stop.
pub(super) struct Server {
    child: Child,
    pub base: Base,
    pub start: Duration,
}

/// Builds what is measured, with the release profile.
pub(super) fn build() -> Outcome<()> {
    let program =
        cargo(&["build", "--release", "--package", "akson", "--bin", "akson", "--example", "empty"]).status()?;
    let bare = cargo(&["build", "--release", "--package", "akson-store", "--example", "bare"]).status()?;
    if program.success() && bare.success() { Ok(()) } else { Err("bench: the build failed".into()) }
}

/// A program of the release build.
pub(super) fn program(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("release").join(name)
}

impl Server {
    /// Starts Akson on a folder; it is ready when `/health` answers.
    pub(super) fn akson(data: &Path) -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(program("akson"));
        command.arg("serve").arg("--data").arg(data).arg("--listen").arg(address.to_string());
        command.env("AKSON_STORE_SAMPLE", "0");
        let mut server = Self::start(command, address, "/fhir", "health")?;
        let asked =
            Command::new(program("akson")).args(["sandbox", "token", "operator", "--data"]).arg(data).output()?;
        server.base.show(String::from_utf8_lossy(&asked.stdout).trim());
        Ok(server)
    }

    /// Starts the handler that does nothing.
    pub(super) fn empty() -> Outcome<Self> {
        let address = free_address()?;
        let mut command = Command::new(program("examples/empty"));
        command.arg(address.to_string());
        Self::start(command, address, "", "")
    }

    fn start(mut command: Command, address: SocketAddr, path: &str, ready: &str) -> Outcome<Self> {
        let begin = Instant::now();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let root = Base::new(address.to_string(), String::new());
        loop {
            if Client::new(&root).ask("GET", ready, &[]).is_ok_and(|(status, _)| status == 200) {
                let base = Base::new(root.address, path.to_owned());
                return Ok(Self { child, base, start: begin.elapsed() });
            }
            if begin.elapsed() > START_MAX || child.try_wait()?.is_some() {
                return Err("bench: the server did not start".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Resident memory now and at its highest, in MB.
    pub(super) fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |key: &str| {
            let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
            let kilobytes = line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok());
            kilobytes.unwrap_or(0.0) / 1024.0
        };
        (of("VmRSS:"), of("VmHWM:"))
    }

    /// Asks the server to end, and waits for it.
    pub(super) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of a process and its threads so far, in microseconds; in steps of 10 ms.
pub(super) fn cpu_us(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() * 10_000.0
}

/// The machine in a line: its cores, its memory, the day, and how busy others kept it so far.
pub(super) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (processors, memory, load) = (read("/proc/cpuinfo"), read("/proc/meminfo"), read("/proc/loadavg"));
    let after_colon = |line: &str| line.split_once(':').map(|(_, value)| value.trim().to_owned());
    let model = processors.lines().find(|line| line.starts_with("model name")).and_then(after_colon);
    let kilobytes = memory.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let day = Command::new("date").arg("+%Y-%m-%d").output().map(|output| output.stdout).unwrap_or_default();
    format!(
        "{}, {cores} cores ({}), {:.0} GB; load average at the start {}.",
        String::from_utf8_lossy(&day).trim(),
        model.unwrap_or_else(|| "of unknown make".to_owned()),
        kilobytes / 1e6,
        load.split_whitespace().next().unwrap_or("unknown")
    )
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Bytes of all files below a folder.
pub(super) fn size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
