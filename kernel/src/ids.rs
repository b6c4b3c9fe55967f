//! Ids: UUIDv7 made by the app, each kind a type of its own.

use uuid::Uuid;

/// A new id; ids made later sort later.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place where ids are made")]
pub fn fresh() -> Uuid {
    Uuid::now_v7()
}

/// A random token of 160 bits for links and codes, in lower-case base 32 without vowels that make words.
#[must_use]
pub fn token() -> String {
    use rand::Rng as _;
    const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstvwxyz_";
    let mut rng = rand::rng();
    (0..32).map(|_| char::from(LETTERS[rng.random_range(0..31)])).collect()
}

/// Declares an id type: `id! { /// A person. PersonId }`.
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $crate::ids::Raw);
        impl $name {
            /// A new one; later ones sort later.
            #[must_use]
            pub fn fresh() -> Self { Self($crate::ids::fresh()) }
            /// The lane that decides about this object.
            #[must_use]
            pub fn lane(self) -> $crate::db::LaneKey { $crate::db::LaneKey::of(self.0) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> std::result::Result<Self, String> {
                text.parse().map(Self).map_err(|_| "not an id".to_owned())
            }
        }
        impl $crate::db::ToValue for $name {
            const KIND: $crate::db::Kind = $crate::db::Kind::Uuid;
            fn to_value(&self) -> $crate::db::Value { $crate::db::Value::Uuid(self.0) }
        }
        impl $crate::db::FromValue for $name {
            fn from_value(value: $crate::db::Value) -> std::result::Result<Self, String> {
                $crate::db::FromValue::from_value(value).map(Self)
            }
        }
    };
}

/// The 128 bits inside an id.
pub type Raw = Uuid;

id! {
    /// The district whose data this is; the first column of every key.
    TenantId
}
id! {
    /// Somebody who can sign in.
    AccountId
}
id! {
    /// A stored file.
    FileId
}
id! {
    /// Something to be done later.
    JobId
}
