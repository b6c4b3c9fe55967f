//! What goes into a statement and comes out of a row, the same for both engines.

use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use uuid::Uuid;

/// The type of a column, needed to bind a NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BOOLEAN
    Bool,
    /// BIGINT
    Int,
    /// DOUBLE PRECISION
    Real,
    /// TEXT
    Text,
    /// BYTEA
    Bytes,
    /// UUID
    Uuid,
    /// DATE
    Date,
    /// TIME
    Time,
    /// TIMESTAMPTZ, microseconds
    Timestamp,
    /// JSONB: an object or an array
    Json,
}

/// One bound argument or one cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, of a known type.
    Null(Kind),
    /// BOOLEAN
    Bool(bool),
    /// BIGINT
    Int(i64),
    /// DOUBLE PRECISION
    Real(f64),
    /// TEXT
    Text(String),
    /// BYTEA
    Bytes(Vec<u8>),
    /// UUID
    Uuid(Uuid),
    /// DATE
    Date(NaiveDate),
    /// TIME
    Time(NaiveTime),
    /// TIMESTAMPTZ
    Timestamp(DateTime<Utc>),
    /// JSONB
    Json(serde_json::Value),
}

/// A type that can be bound as an argument.
pub trait ToValue {
    /// The column type it is stored as.
    const KIND: Kind;
    /// Itself as a value.
    fn to_value(&self) -> Value;
}

/// A type that can be read from a cell.
pub trait FromValue: Sized {
    /// Fails with a sentence when the cell holds something else.
    fn from_value(value: Value) -> std::result::Result<Self, String>;
}

/// A row as the engine handed it over, read by column name.
pub struct Row<'r>(pub(super) RowInner<'r>);

pub(super) enum RowInner<'r> {
    /// With the places of the columns, as the rows before were asked for them.
    Sqlite(&'r rusqlite::Row<'r>, &'r super::sqlite::Order),
    Postgres(&'r sqlx::postgres::PgRow),
}

impl Row<'_> {
    /// The cell of a column; an unknown column or another type is an internal error.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T> {
        let value = match &self.0 {
            RowInner::Sqlite(row, order) => super::sqlite::cell(row, order, column)?,
            RowInner::Postgres(row) => super::postgres::cell(row, column)?,
        };
        T::from_value(value).map_err(|what| Error::internal(format!("column {column}: {what}")))
    }
}

/// A struct that can be read from a row; made by `row!`.
pub trait FromRow: Sized {
    /// Reads every field by its name.
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

/// Declares a struct whose fields are the columns of a statement.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        $vis struct $name { $($(#[$fmeta])* $fvis $field: $ty),* }
        impl $crate::db::FromRow for $name {
            fn from_row(row: &$crate::db::Row<'_>) -> $crate::error::Result<Self> {
                Ok(Self { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}

/// The arguments of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    ($($arg:expr),* $(,)?) => { &[$($crate::db::ToValue::to_value(&$arg)),*][..] };
}

/// An enum stored as text: `text_enum! { pub enum State { Draft = "draft" } }`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$vmeta])* $variant),* }
        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The stored text.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),* } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> std::result::Result<Self, String> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(format!("no {} is called {text:?}", stringify!($name))) }
            }
        }
        impl $crate::db::ToValue for $name {
            const KIND: $crate::db::Kind = $crate::db::Kind::Text;
            fn to_value(&self) -> $crate::db::Value { $crate::db::Value::Text(self.as_str().to_owned()) }
        }
        impl $crate::db::FromValue for $name {
            fn from_value(value: $crate::db::Value) -> std::result::Result<Self, String> {
                <String as $crate::db::FromValue>::from_value(value)?.parse()
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> { s.serialize_str(self.as_str()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! plain {
    ($ty:ty, $kind:ident, |$from:ident| $to:expr, $($pattern:pat => $read:expr),+) => {
        impl ToValue for $ty {
            const KIND: Kind = Kind::$kind;
            fn to_value(&self) -> Value { let $from = self; Value::$kind($to) }
        }
        impl FromValue for $ty {
            fn from_value(value: Value) -> std::result::Result<Self, String> {
                match value {
                    $($pattern => $read,)+
                    other => Err(format!("holds {other:?}")),
                }
            }
        }
    };
}

plain!(bool, Bool, |v| *v, Value::Bool(v) => Ok(v), Value::Int(v) => Ok(v != 0));
plain!(i64, Int, |v| *v, Value::Int(v) => Ok(v));
plain!(f64, Real, |v| *v, Value::Real(v) => Ok(v), Value::Int(v) => Ok(v as f64));
plain!(String, Text, |v| v.clone(), Value::Text(v) => Ok(v));
plain!(Vec<u8>, Bytes, |v| v.clone(), Value::Bytes(v) => Ok(v), Value::Uuid(v) => Ok(v.as_bytes().to_vec()));
plain!(Uuid, Uuid, |v| *v, Value::Uuid(v) => Ok(v), Value::Bytes(v) => Uuid::from_slice(&v).map_err(|e| e.to_string()));
plain!(NaiveDate, Date, |v| *v, Value::Date(v) => Ok(v), Value::Text(v) => read_date(&v).ok_or_else(|| format!("{v:?} is no date")));
plain!(NaiveTime, Time, |v| *v, Value::Time(v) => Ok(v), Value::Text(v) => v.parse().map_err(|_| format!("{v:?} is no time")));
plain!(DateTime<Utc>, Timestamp, |v| *v, Value::Timestamp(v) => Ok(v), Value::Text(v) => read_timestamp(&v));
plain!(serde_json::Value, Json, |v| v.clone(), Value::Json(v) => Ok(v), Value::Text(v) => serde_json::from_str(&v).map_err(|e| e.to_string()));

impl ToValue for str {
    const KIND: Kind = Kind::Text;
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    const KIND: Kind = T::KIND;
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    const KIND: Kind = T::KIND;
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null(T::KIND), T::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> std::result::Result<Self, String> {
        match value {
            Value::Null(_) => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A serialisable value kept in a JSONB column; it must serialise to an object or an array.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> ToValue for Json<T> {
    const KIND: Kind = Kind::Json;
    fn to_value(&self) -> Value {
        Value::Json(serde_json::to_value(&self.0).unwrap_or_default())
    }
}

impl<T: serde::de::DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Value) -> std::result::Result<Self, String> {
        let json = serde_json::Value::from_value(value)?;
        serde_json::from_value(json).map(Json).map_err(|e| e.to_string())
    }
}

/// Fixed width, so that text sorts as time does: `2026-11-23T06:30:00.000000Z`.
pub(super) fn write_timestamp(at: &DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn read_timestamp(text: &str) -> std::result::Result<DateTime<Utc>, String> {
    read_fixed(text)
        .or_else(|| DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok())
        .ok_or_else(|| format!("{text:?} is no time stamp"))
}

/// `2026-11-23T06:30:00.000000Z`, the way we write it: a list has two a row, and the general reader takes five times as long.
fn read_fixed(text: &str) -> Option<DateTime<Utc>> {
    let bytes: &[u8; 27] = text.as_bytes().try_into().ok()?;
    let marks = [bytes[10], bytes[13], bytes[16], bytes[19], bytes[26]];
    if marks != *b"T::.Z" {
        return None;
    }
    let day = read_date(text.get(..10)?)?;
    let (hour, minute, second) = (digits(&bytes[11..13])?, digits(&bytes[14..16])?, digits(&bytes[17..19])?);
    Some(day.and_hms_micro_opt(hour, minute, second, digits(&bytes[20..26])?)?.and_utc())
}

/// `2026-11-23`; other years than those of four digits are left to the general reader.
fn read_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return text.parse().ok();
    }
    let year = i32::try_from(digits(&bytes[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(&bytes[5..7])?, digits(&bytes[8..])?)
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same_moment() {
        for text in ["2026-11-23T06:30:00.000000Z", "1970-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z"] {
            let at = read_timestamp(text).unwrap();
            assert_eq!(at, DateTime::parse_from_rfc3339(text).unwrap());
            assert_eq!(write_timestamp(&at), text);
        }
        assert!(read_timestamp("2026-11-23T14:30:00+08:00").is_ok());
        for wrong in ["2026-11-23T06:30:00.00000xZ", "2026-13-23T06:30:00.000000Z", "2026-11-23T24:30:00.000000Z", ""] {
            assert!(read_timestamp(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_is_read_and_a_wrong_one_is_told() {
        assert_eq!(read_date("2026-02-28"), NaiveDate::from_ymd_opt(2026, 2, 28));
        assert_eq!(read_date("2026-02-30"), None);
        assert_eq!(read_date("2026-2-3x"), None);
    }
}
