//! A certificate authority of its own for a secured broker, made by Java's `keytool`.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::java;
use crate::outcome::{Outcome, failed};
use crate::services::random;

pub(super) struct Secrets {
    /// Of the user and of the key store.
    pub(super) password: String,
    /// The password alone, without an end of line.
    pub(super) password_file: PathBuf,
    /// The authority's certificate as PEM, for clients.
    pub(super) ca: PathBuf,
    /// The broker's key and its chain as PKCS #12.
    pub(super) store: PathBuf,
}

const KEY: &str = "-keyalg EC -groupname secp256r1 -validity 3650";

/// Makes a password, and a certificate for 127.0.0.1 and localhost, in this folder.
pub(super) fn create(folder: &Path) -> Outcome<Secrets> {
    let secrets = Secrets {
        password: random::text(32)?,
        password_file: folder.join("password"),
        ca: folder.join("ca.pem"),
        store: folder.join("server.p12"),
    };
    write_private(&secrets.password_file, &secrets.password)?;
    let ca = "-dname CN=docstream-services -ext bc:c=ca:true -ext ku:c=keyCertSign";
    let server = "-signer ca -dname CN=127.0.0.1 -ext san=ip:127.0.0.1,dns:localhost";
    keytool(&secrets, &format!("-genkeypair -alias ca {ca} {KEY}"), None)?;
    keytool(
        &secrets,
        &format!("-genkeypair -alias server {server} {KEY}"),
        None,
    )?;
    keytool(&secrets, "-exportcert -rfc -alias ca", Some(&secrets.ca))?;
    // The broker takes any key of the store for its own, and nothing is to be signed any more.
    keytool(&secrets, "-delete -alias ca", None)?;
    Ok(secrets)
}

/// A file that only its owner can read.
fn write_private(path: &Path, text: &str) -> Outcome {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| failed(format!("cannot write {}: {error}", path.display())))
}

fn keytool(secrets: &Secrets, arguments: &str, output: Option<&Path>) -> Outcome {
    let mut command = Command::new(java::program("keytool"));
    command
        .args(arguments.split(' '))
        .arg("-keystore")
        .arg(&secrets.store)
        .args(["-storetype", "PKCS12", "-storepass:file"])
        .arg(&secrets.password_file);
    if let Some(path) = output {
        command.arg("-file").arg(path);
    }
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(format!("cannot start keytool: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(format!(
        "`keytool {arguments}` failed ({}):\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}
