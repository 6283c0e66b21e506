use super::*;

/// A process that lives until it is told to end, in a folder of its own.
struct Sleeper {
    folder: PathBuf,
    process: Process,
}

impl Sleeper {
    fn new(name: &str, script: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script])
            .arg(folder.join("configuration"));
        let pid = start(command, &folder.join("log")).unwrap();
        let process = Process::new(pid, &folder);
        Self { folder, process }
    }

    fn wait_for(&self, life: Life) {
        while self.process.life() != life {
            std::thread::yield_now();
        }
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = kill(std::slice::from_ref(&self.process));
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const FOREVER: &str = "while :; do sleep 0.1; done";

#[test]
fn the_state_follows_the_name_in_brackets() {
    assert_eq!(life_in("12 (java) S 1 12"), Life::Running);
    assert_eq!(life_in("12 (a) Z (b) T 1"), Life::Paused);
    assert_eq!(life_in("12 (java) Z 1"), Life::Gone);
    assert_eq!(life_in(""), Life::Gone);
}

#[test]
fn a_process_is_paused_resumed_and_ended() {
    let sleeper = Sleeper::new("paused", FOREVER);
    assert_eq!(sleeper.process.life(), Life::Running);
    assert!(sleeper.process.resident().is_some());
    sleeper.process.send("STOP").unwrap();
    sleeper.wait_for(Life::Paused);
    sleeper.process.send("CONT").unwrap();
    sleeper.wait_for(Life::Running);
    sleeper.process.send("STOP").unwrap();
    sleeper.wait_for(Life::Paused);
    end(
        std::slice::from_ref(&sleeper.process),
        Duration::from_secs(60),
    )
    .unwrap();
    assert_eq!(sleeper.process.life(), Life::Gone);
}

#[test]
fn one_that_does_not_listen_is_killed_after_the_grace_time() {
    let sleeper = Sleeper::new("deaf", &format!("trap '' TERM; echo ready; {FOREVER}"));
    let log = sleeper.folder.join("log");
    while fs::read(&log).unwrap() != b"ready\n" {
        std::thread::yield_now();
    }
    end(std::slice::from_ref(&sleeper.process), Duration::ZERO).unwrap();
    assert_eq!(sleeper.process.life(), Life::Gone);
}

#[test]
fn another_process_with_the_same_id_is_not_ours() {
    let sleeper = Sleeper::new("other", FOREVER);
    let stranger = Process::new(sleeper.process.pid, &sleeper.folder.join("1"));
    assert_eq!(stranger.life(), Life::Gone);
    kill(&[stranger]).unwrap();
    assert_eq!(sleeper.process.life(), Life::Running);
}
