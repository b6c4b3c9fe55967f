//! Configuration: the command line, its variables and `qiyi.toml`, read once.

use anyhow::Context as _;
use clap::Args;
use kernel::auth::Hasher;
use kernel::db::{Durability, Place};
use kernel::secret::Keys;
use kernel::time::Clock;
use kernel::{Config, Db, Ground, Secret};
use std::convert::Infallible;
use std::path::{Path, PathBuf};

/// Where the data and its keys are; every command takes it.
#[derive(Args, Clone, Debug)]
pub struct Where {
    /// The folder that holds everything: database, keys, files.
    #[arg(long, env = "QIYI_DATA", default_value = "./data", global = true)]
    pub data: PathBuf,
    /// A PostgreSQL address; without it an SQLite file in the data folder.
    #[arg(long, env = "QIYI_DATABASE_URL", value_name = "URL", global = true, hide_env_values = true)]
    pub database: Option<String>,
    /// The key file that seals fields; kept apart from backups.
    #[arg(long, env = "QIYI_KEY_FILE", value_name = "FILE", global = true)]
    pub key_file: Option<PathBuf>,
    /// The name in the head of every page.
    #[arg(id = "site_name", long = "site-name", default_value = "七一空间", global = true)]
    pub name: String,
    /// The file that says how messages leave; `qiyi.toml` in the data folder without it.
    #[arg(long, env = "QIYI_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The password of the mail server's user.
    #[arg(long, env = "QIYI_MAIL_PASSWORD", value_name = "SECRET", global = true, hide_env_values = true, value_parser = secret)]
    pub mail_password: Option<Secret<String>>,
    /// What calls to the SMS gateway are signed with.
    #[arg(long, env = "QIYI_SMS_SECRET", value_name = "SECRET", global = true, hide_env_values = true, value_parser = secret)]
    pub sms_secret: Option<Secret<String>>,
    /// What calls to the WeCom gateway are signed with.
    #[arg(long, env = "QIYI_WECOM_SECRET", value_name = "SECRET", global = true, hide_env_values = true, value_parser = secret)]
    pub wecom_secret: Option<Secret<String>>,
}

fn secret(text: &str) -> Result<Secret<String>, Infallible> {
    Ok(Secret::new(text.to_owned()))
}

impl Where {
    /// The SQLite file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.data.join("qiyi.db")
    }

    /// The key file.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("keys").join("qiyi.key"))
    }

    /// The file that says how messages leave.
    #[must_use]
    pub fn choices(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| self.data.join("qiyi.toml"))
    }

    /// Opens what the application is built on; makes the folder and the keys when they are not there.
    ///
    /// # Errors
    /// When the folder, the keys or the database cannot be used; the sentence says which and what to do.
    pub async fn open(&self, config: Config) -> anyhow::Result<Ground> {
        make_folder(&self.data)?;
        let place = match &self.database {
            Some(url) => Place::Server { url: url.clone(), lanes: 4 },
            None => Place::File { path: self.file(), durability: Durability::Full },
        };
        let opened = self.database.is_some() || self.file().exists();
        if !opened {
            // The keys come first: data without them would be lost.
            Keys::load_or_make(&self.keys())?;
        }
        let db = Db::open(&place).await.map_err(|e| anyhow::anyhow!("{e}"))?;
        if !self.keys().exists() && kernel::app::has_sealed_data(&db).await.map_err(|e| anyhow::anyhow!("{e}"))? {
            anyhow::bail!(
                "the key file {} is missing, but there is data: put it back from where you keep it, or name it with --key-file",
                self.keys().display()
            );
        }
        let keys = Keys::load_or_make(&self.keys())?;
        Ok(Ground { db, keys, clock: Clock::System, config, hasher: Hasher::default() })
    }
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("making the data folder {}", folder.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
            .with_context(|| format!("closing {} to others", folder.display()))?;
    }
    Ok(())
}
