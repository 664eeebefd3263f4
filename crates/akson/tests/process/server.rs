//! The program under test: started on a folder and a free port, killed or stopped, never left behind.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::wire::Wire;

const START_MAX: Duration = Duration::from_secs(60);

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The operator's.
    pub token: String,
}

impl Server {
    /// Starts `akson serve` without the sample and waits until it answers.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[("AKSON_STORE_SAMPLE", "0")])
    }

    /// The same with settings of its own.
    pub fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = akson();
        command.arg("serve").arg("--data").arg(data).args(["--listen", &address.to_string()]);
        command.envs(settings.iter().copied()).stdout(Stdio::null());
        let child = command.spawn().expect("akson starts");
        let mut server = Self { child, address, token: String::new() };
        let begin = Instant::now();
        while !server.wire().get("/health").is_ok_and(|answer| answer.status == 200) {
            let ended = server.child.try_wait().expect("its state");
            assert!(ended.is_none(), "akson ended at its start: {ended:?}");
            assert!(begin.elapsed() < START_MAX, "akson did not answer");
            std::thread::sleep(Duration::from_millis(5));
        }
        server.token = token(data);
        server
    }

    pub fn wire(&self) -> Wire {
        Wire::new(self.address, &self.token)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Ends the process at once, as a power switch would, but for what the kernel keeps.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// Asks it to end, and says whether it ended well.
    pub fn stop(mut self) -> bool {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()));
        self.child.wait().is_ok_and(|status| status.success())
    }

    /// Resident memory in megabytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token of the operator of a sandbox.
pub fn token(data: &Path) -> String {
    let output = akson().args(["sandbox", "token", "operator", "--data"]).arg(data).output().expect("akson sandbox");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The program, with nothing of the developer's settings.
pub fn akson() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_akson"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AKSON_")) {
        command.env_remove(name);
    }
    command.current_dir(std::env::temp_dir());
    command
}

/// `akson verify` finds nothing wrong.
pub fn assert_sound(data: &Path) {
    let output = akson().arg("verify").arg("--data").arg(data).output().expect("akson verify");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}
