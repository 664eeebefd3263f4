//! A full disk: writes are refused with 507 and change nothing while reads go on, since space is kept for their audit
//! lines; when others take even that, reads are refused too; when there is space again everything works without a restart.
//! Needs root, to mount a small disk; elsewhere it is skipped.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Server, assert_sound};
use crate::wire::Wire;

/// A small disk in memory, unmounted at the end.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"]).arg(at).output().ok()?;
        mount.status.success().then_some(Self(at))
    }

    /// Takes the space that is left, but for some megabytes.
    fn fill_but(&self, megabytes: u64) {
        let zeros = vec![0_u8; 1 << 16];
        let mut file = std::fs::File::create(self.0.join("filler")).expect("a file");
        while std::io::Write::write_all(&mut file, &zeros).is_ok() {}
        let size = file.metadata().expect("its size").len();
        file.set_len(size.saturating_sub(megabytes << 20)).expect("a smaller file");
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).expect("the filler");
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).output();
    }
}

fn write(wire: &mut Wire, n: usize) -> u16 {
    let body =
        json!({"resourceType": "Basic", "id": format!("b{n}"), "code": {"text": "x".repeat(4000) + &n.to_string()}});
    wire.json("PUT", &format!("/fhir/Basic/b{n}"), &[], &body).unwrap().status
}

/// Writes resources numbered from `first` until five in all were refused.
fn write_until_full(wire: &mut Wire, first: usize, acknowledged: &mut Vec<usize>) {
    let mut refused = 0;
    for n in first..first + 3000 {
        match write(wire, n) {
            201 => acknowledged.push(n),
            507 => refused += 1,
            other => panic!("a write on a full disk answered {other}"),
        }
        if refused == 5 {
            return;
        }
    }
    panic!("the disk was never full");
}

#[test]
fn full_disk_refuses_writes_goes_on_reading_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else {
        println!("skipped: no small disk can be mounted here");
        return;
    };
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let mut wire = server.wire();
    let mut acknowledged: Vec<usize> = (0..20).filter(|n| write(&mut wire, *n) == 201).collect();
    assert_eq!(acknowledged.len(), 20);
    for (round, left) in [(0, 8), (1, 8), (2, 0)] {
        disk.fill_but(left);
        write_until_full(&mut wire, 100 + round * 10_000, &mut acknowledged);
        for n in acknowledged.iter().rev().take(30) {
            let status = wire.get(&format!("/fhir/Basic/b{n}")).unwrap().status;
            assert!(status == 200 || (left == 0 && status == 507), "a read on a full disk answered {status}");
        }
        assert_eq!(wire.get("/health").unwrap().status, 200);
        disk.free();
        let freed = Instant::now();
        while write(&mut wire, 50) >= 300 {
            assert!(freed.elapsed() < Duration::from_secs(5), "no recovery without a restart");
        }
    }
    for n in &acknowledged {
        assert_eq!(wire.get(&format!("/fhir/Basic/b{n}")).unwrap().status, 200, "acknowledged Basic/b{n} is lost");
    }
    assert!(server.stop());
    assert_sound(&data);
}
