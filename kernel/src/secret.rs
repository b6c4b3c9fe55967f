//! What must not be read by chance: values that never print, and the keys that seal fields outside the database.

use crate::error::{Error, Result};
use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore as _;
use sha2::Sha256;
use std::path::Path;

/// A value that prints as `****` everywhere; `expose` is the only way to it.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value; the caller leaves a trace where the class of the data asks for one.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("****")
    }
}

impl<T> std::fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("****")
    }
}

/// The keys of an installation, derived from one file that is not in the database nor in its backup.
pub struct Keys {
    place: std::path::PathBuf,
    seal: XChaCha20Poly1305,
    hash: [u8; 32],
    sign: [u8; 32],
}

const MEND: &str = "put the right one back from where you keep it, or name it with --key-file";

impl Keys {
    /// Reads the key file, or makes it (mode 0600) when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds no key.
    pub fn load_or_make(path: &Path) -> anyhow::Result<Self> {
        if !path.exists() {
            let mut raw = [0_u8; 32];
            rand::rng().fill_bytes(&mut raw);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
            }
            write_private(path, &format!("qiyi-key-1 {}\n", B64.encode(raw)))?;
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("reading the key file {}", path.display()))?;
        let Some(encoded) = text.trim().strip_prefix("qiyi-key-1 ") else {
            bail!("{} is no key file of qiyi: {MEND}", path.display());
        };
        let raw = B64.decode(encoded.trim()).ok().and_then(|raw| <[u8; 32]>::try_from(raw).ok());
        let Some(raw) = raw else { bail!("the key in {} is damaged: {MEND}", path.display()) };
        Ok(Self { place: path.to_owned(), ..Self::from_raw(&raw) })
    }

    /// The refusal when these are not the keys that the data was made with.
    #[must_use]
    pub fn not_of_this_data(&self) -> anyhow::Error {
        anyhow::anyhow!("the key file {} is not the one that this data was made with: {MEND}", self.place.display())
    }

    /// Keys of 32 given bytes.
    #[must_use]
    pub fn from_raw(raw: &[u8; 32]) -> Self {
        let derive = |purpose: &str| mac(raw, &[b"qiyi ", purpose.as_bytes()]);
        let seal = XChaCha20Poly1305::new(&derive("seal").into());
        Self { place: std::path::PathBuf::new(), seal, hash: derive("hash"), sign: derive("sign") }
    }

    /// Encrypts a field; `place` (table, column and row) is bound to it, so that it opens nowhere else.
    ///
    /// # Errors
    /// Only when the cipher itself fails.
    pub fn seal(&self, place: &str, clear: &str) -> Result<Vec<u8>> {
        self.seal_bytes(place, clear.as_bytes())
    }

    /// The same for bytes: whole files that hold numbers of documents.
    ///
    /// # Errors
    /// Only when the cipher itself fails.
    pub fn seal_bytes(&self, place: &str, clear: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0_u8; 24];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: clear, aad: place.as_bytes() };
        let sealed = self
            .seal
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| Error::internal("a field could not be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a sealed field.
    ///
    /// # Errors
    /// When the key is another, the place is another or a bit was changed.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Secret<String>> {
        let Secret(clear) = self.open_bytes(place, sealed)?;
        String::from_utf8(clear).map(Secret::new).map_err(|_| unopened(place))
    }

    /// Opens sealed bytes.
    ///
    /// # Errors
    /// When the key is another, the place is another or a bit was changed.
    pub fn open_bytes(&self, place: &str, sealed: &[u8]) -> Result<Secret<Vec<u8>>> {
        let (nonce, body) = sealed.split_at_checked(24).ok_or_else(|| unopened(place))?;
        let payload = Payload { msg: body, aad: place.as_bytes() };
        self.seal.decrypt(XNonce::from_slice(nonce), payload).map(Secret::new).map_err(|_| unopened(place))
    }

    /// A keyed hash to find doubles of a sealed value without opening it.
    #[must_use]
    pub fn fingerprint(&self, purpose: &str, value: &str) -> Vec<u8> {
        mac(&self.hash, &[purpose.as_bytes(), b"\0", value.as_bytes()]).to_vec()
    }

    /// A short signature over parts, for codes, links and form tokens.
    #[must_use]
    pub fn sign(&self, purpose: &str, parts: &[&str]) -> String {
        let joined = parts.join("\u{1f}");
        B64.encode(&mac(&self.sign, &[purpose.as_bytes(), b"\0", joined.as_bytes()])[..15])
    }

    /// Whether a signature is ours, compared in constant time.
    #[must_use]
    pub fn is_signed(&self, purpose: &str, parts: &[&str], signature: &str) -> bool {
        same(self.sign(purpose, parts).as_bytes(), signature.as_bytes())
    }
}

fn unopened(place: &str) -> Error {
    Error::internal(format!("the sealed field {place} does not open with this key"))
}

/// Whether two byte strings are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |seen, (x, y)| seen | (x ^ y)) == 0
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("writing the key file {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing the key file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let id = Secret::new("440605190001010013".to_owned());
        assert_eq!(format!("{id} {id:?}"), "**** ****");
    }

    #[test]
    fn a_sealed_field_opens_only_in_its_place_and_with_its_key() {
        let keys = Keys::from_raw(&[7; 32]);
        let sealed = keys.seal("person.id:1", "440605190001010013").unwrap();
        assert_eq!(keys.open("person.id:1", &sealed).unwrap().expose(), "440605190001010013");
        assert!(keys.open("person.id:2", &sealed).is_err());
        assert!(Keys::from_raw(&[8; 32]).open("person.id:1", &sealed).is_err());
        let mut bent = sealed;
        bent[30] ^= 1;
        assert!(keys.open("person.id:1", &bent).is_err());
    }

    #[test]
    fn a_signature_belongs_to_its_purpose_and_parts() {
        let keys = Keys::from_raw(&[7; 32]);
        let mark = keys.sign("code", &["a", "bc"]);
        assert!(keys.is_signed("code", &["a", "bc"], &mark));
        assert!(!keys.is_signed("code", &["ab", "c"], &mark));
        assert!(!keys.is_signed("form", &["a", "bc"], &mark));
    }
}
