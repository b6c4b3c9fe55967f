//! What the trace says of registration and of one's own data: which field and why, never what stands in it.

use chrono::{DateTime, Utc};
use kernel::Deed;
use kernel::ids::Raw;
use serde::Serialize;

macro_rules! deed {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $object:literal { $($field:ident: $ty:ty),* }) => {
        $(#[$meta])*
        #[derive(Serialize)]
        pub(crate) struct $name {
            #[serde(skip)]
            pub object: Option<Raw>,
            $(pub $field: $ty),*
        }
        impl Deed for $name {
            const KIND: &'static str = $kind;
            fn object(&self) -> (&'static str, Option<Raw>) {
                ($object, self.object)
            }
        }
    };
}

deed! {
    /// Somebody went one page further in their registration.
    JoinStepped, "federation.join_stepped", "registration" { step: &'static str, accepted: bool }
}
deed! {
    /// Somebody registered themselves and agreed to the notice.
    Joined, "federation.joined", "person" { notice: &'static str }
}
deed! {
    /// A registration with a document that is on record: nothing was made.
    JoinRepeated, "federation.join_repeated", "person" {}
}
deed! {
    /// Somebody asked to join a team.
    RequestMade, "federation.request_made", "join_request" { person: Raw, organisation: Raw }
}
deed! {
    /// A leader or the desk decided about it.
    RequestDecided, "federation.request_decided", "join_request" { person: Raw, organisation: Raw, accepted: bool }
}
deed! {
    /// Whoever asked to join a team wants it no more.
    RequestWithdrawn, "federation.request_withdrawn", "join_request" { person: Raw, organisation: Raw }
}
deed! {
    /// Somebody saw a field of their own in clear.
    OwnOpened, "federation.own_opened", "person" { field: &'static str, reason: &'static str }
}
deed! {
    /// Somebody changed their own data.
    OwnChanged, "federation.own_changed", "person" { fields: Vec<&'static str> }
}
deed! {
    /// Somebody could not, because the present password was wrong.
    OwnRefused, "federation.own_refused", "person" {}
}
deed! {
    /// Somebody chose another password.
    PasswordChanged, "federation.password_changed", "person" {}
}
deed! {
    /// Somebody marked their messages as read.
    MessagesRead, "federation.messages_read", "person" {}
}
deed! {
    /// A program put a volunteer on record.
    RegisteredByProgram, "federation.registered", "person" {}
}
deed! {
    /// A table was written to a file.
    Exported, "federation.exported", "table" { kind: String, rows: u64, format: &'static str }
}
deed! {
    /// Somebody without an account was given a one-time link to one.
    AccessGiven, "federation.access_given", "person" { until: DateTime<Utc> }
}
deed! {
    /// A link was taken back.
    AccessEnded, "federation.access_ended", "person" {}
}
deed! {
    /// Links for a team were printed.
    AccessSheet, "federation.access_sheet", "organisation" { people: usize }
}
deed! {
    /// A link was answered wrongly.
    AccessRefused, "federation.access_refused", "person" { tries: i64 }
}
deed! {
    /// A link was used and there is an account now.
    AccessUsed, "federation.access_used", "person" { given_by: String }
}
deed! {
    /// Somebody says that a record is theirs; the person is absent where it fits nobody.
    ClaimFiled, "federation.claim_filed", "record_claim" { person: Option<Raw> }
}
deed! {
    /// A leader or the desk decided whose it is.
    ClaimDecided, "federation.claim_decided", "record_claim" { person: Raw, approved: bool }
}
deed! {
    /// Somebody chose how they are told outside Qiyi.
    MessageSetting, "federation.message_setting", "person" { mail: Option<bool>, sms: Option<bool>, wecom: Option<bool>, daily: bool }
}
deed! {
    /// Somebody asked for the code that confirms their mail address.
    MailAsked, "federation.mail_asked", "person" {}
}
deed! {
    /// Somebody typed it, rightly or not.
    MailConfirmed, "federation.mail_confirmed", "person" { accepted: bool }
}
