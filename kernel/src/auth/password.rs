//! Passwords: argon2id in a queue of its own, so that a flood of sign-ins does not stop the rest.

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::words::Word;
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes and checks, two at a time.
#[derive(Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
    argon: Arc<Argon2<'static>>,
    /// Checked when there is no such account, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::with_cost(19_456, 2)
    }
}

impl Hasher {
    /// argon2id with this memory (KiB) and passes; OWASP's minimum is 19,456 and 2.
    #[must_use]
    pub fn with_cost(memory: u32, passes: u32) -> Self {
        let params = argon2::Params::new(memory, passes, 1, None).unwrap_or_default();
        let argon = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let decoy = hash(&argon, "no such account").unwrap_or_default();
        Self { places: Arc::new(Semaphore::new(2)), argon: Arc::new(argon), decoy: decoy.into() }
    }

    /// The hash of a new password as PHC text.
    pub async fn hash(&self, password: Secret<String>) -> Result<String> {
        let argon = Arc::clone(&self.argon);
        self.queued(move || hash(&argon, password.expose())).await?
    }

    /// Whether the password is the account's; works as long when there is no account.
    pub async fn verify(&self, password: Secret<String>, stored: Option<String>) -> Result<bool> {
        let argon = Arc::clone(&self.argon);
        let decoy = Arc::clone(&self.decoy);
        self.queued(move || {
            let text = stored.as_deref().unwrap_or(&decoy);
            let Ok(parsed) = PasswordHash::new(text) else { return false };
            argon.verify_password(password.expose().as_bytes(), &parsed).is_ok() && stored.is_some()
        })
        .await
    }

    async fn queued<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _place = self.places.acquire().await.map_err(|_| Error::Unavailable("error.busy"))?;
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal(e.to_string()))
    }
}

fn hash(argon: &Argon2<'_>, password: &str) -> Result<String> {
    let mut salt = [0_u8; 16];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|e| Error::internal(e.to_string()))?;
    let hashed = argon.hash_password(password.as_bytes(), &salt).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hashed.to_string())
}

/// Passwords that every stuffing list begins with; longer lists join with the fuller account issue.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "88888888",
    "66666666",
    "qwertyuiop",
    "abcd1234",
    "a1234567",
    "aa123456",
    "woaini1314",
    "5201314520",
    "iloveyou",
    "qiyi1234",
    "nanhai123",
    "foshan123",
    "zhiyuan123",
    "admin123",
    "administrator",
    "letmein123",
    "1q2w3e4r",
    "1qaz2wsx",
    "qazwsxedc",
    "00000000",
];

/// What is wrong with a new password, if anything: at least 10 characters, not common, not the name.
#[must_use]
pub fn weakness(password: &str, names: &[&str]) -> Option<Word> {
    let lower = password.to_lowercase();
    if password.chars().count() < 10 {
        return Some(Word::new("account.password_short"));
    }
    if password.chars().count() > 200 {
        return Some(Word::new("account.password_long"));
    }
    let first = lower.chars().next();
    let known = COMMON.iter().any(|c| {
        lower
            .trim_end_matches(|l: char| l.is_ascii_digit() || l == '!')
            .eq(c.trim_end_matches(|l: char| l.is_ascii_digit()))
            && lower.len() < 14
    });
    let repeated = lower.chars().all(|c| Some(c) == first);
    let name = names.iter().any(|n| n.chars().count() > 3 && lower.contains(&n.to_lowercase()));
    (known || repeated || name).then(|| Word::new("account.password_known"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_told_apart_from_good_ones() {
        for weak in ["short", "password123", "1111111111", "13800138000a"] {
            assert!(weakness(weak, &["13800138000"]).is_some(), "{weak}");
        }
        assert!(weakness("木棉花开在三月里的岭南", &[]).is_none());
        assert!(weakness("correct-horse-battery", &[]).is_none());
    }

    #[tokio::test]
    async fn a_missing_account_is_checked_and_refused() {
        let hasher = Hasher::with_cost(64, 1);
        let stored = hasher.hash(Secret::new("correct-horse".into())).await.unwrap();
        assert!(hasher.verify(Secret::new("correct-horse".into()), Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify(Secret::new("wrong".into()), Some(stored)).await.unwrap());
        assert!(!hasher.verify(Secret::new("no such account".into()), None).await.unwrap());
    }
}
