//! Who may know what of people.

use crate::model::Person;
use crate::ties::Ties;
use kernel::{Class, Cx, Error, Permission, Result, Role, Target};

/// The list and the record, masked.
pub const READ: Permission =
    Permission::new("people.read", Class::S2, &[Role::Leader, Role::Station, Role::Town, Role::District]);
/// Phone, birth date, address and political status of one person, each with a reason.
pub const READ_PRIVATE: Permission =
    Permission::new("people.read_private", Class::S3, &[Role::Leader, Role::Town, Role::District]);
/// The number of a document, with a reason.
pub const OPEN_ID: Permission = Permission::new("people.open_id", Class::S4, &[Role::Town, Role::District]);
/// Making and changing records.
pub const EDIT: Permission = Permission::new("people.edit", Class::S3, &[Role::Town, Role::District]);
/// Taking a list out of the system.
pub const EXPORT: Permission = Permission::new("people.export", Class::S3, &[Role::Town, Role::District]);
/// The steps of the life cycle, and asking that somebody be erased.
pub const LIFE: Permission = Permission::new("people.life", Class::S3, &[Role::Town, Role::District]);
/// Agreeing that somebody is erased.
pub const ERASE: Permission = Permission::new("people.erase", Class::S3, &[Role::District]);
/// Certificates and trainings of the people whom one looks after.
pub const CERTIFY: Permission =
    Permission::new("people.certify", Class::S3, &[Role::Leader, Role::Town, Role::District]);
/// The kinds of certificates that a district knows.
pub const KINDS: Permission = Permission::new("people.certificate_kinds", Class::S2, &[Role::District]);
/// One's own record.
pub const OWN: Permission = Permission::new("people.own", Class::S3, &[Role::Own]);

/// The table for the permission matrix.
pub const TABLE: &[Permission] = &[READ, READ_PRIVATE, OPEN_ID, EDIT, EXPORT, LIFE, ERASE, CERTIFY, KINDS, OWN];

/// Whether the actor has the permission on a person: by where they live, by a team they are in, or because it is them.
pub async fn can(cx: &Cx, permission: Permission, person: &Person) -> Result<bool> {
    let at = |organisation: &str| {
        let target = Target { region: &person.region_code, organisation, person: Some(person.id.0) };
        cx.may(permission, &target).is_ok()
    };
    if at("") {
        return Ok(true);
    }
    let paths = (cx.app.part::<Ties>().paths)(cx.db.clone(), cx.tenant, person.id).await?;
    Ok(paths.iter().any(|path| at(path)))
}

/// Refuses who may not even know of the person: the same answer as if there were none.
pub async fn may_read(cx: &Cx, person: &Person) -> Result<()> {
    if can(cx, READ, person).await? { Ok(()) } else { Err(Error::NotFound) }
}

/// Refuses a verb on a person whom the actor may read.
pub async fn may(cx: &Cx, permission: Permission, person: &Person) -> Result<()> {
    may_read(cx, person).await?;
    if can(cx, permission, person).await? { Ok(()) } else { Err(Error::Forbidden(permission.name)) }
}

/// Refuses to put somebody on record outside the actor's region.
pub fn may_register(cx: &Cx, region_code: &str) -> Result<()> {
    cx.may(EDIT, &Target { region: region_code, ..Target::default() })
}
