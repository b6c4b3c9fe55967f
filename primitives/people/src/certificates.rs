//! Certificates and trainings: what somebody holds, from when until when, and who looked at the paper. Activities ask for them.

mod api;
mod desk;
mod forms;
mod model;
mod own;
mod store;
#[cfg(test)]
mod tests;
mod verbs;

pub use forms::{NewCertificate, NewKind};
pub use model::{Certificate, CertificateId, CertificateKind, CertificateKindId, Held};
pub use store::{held, kinds};
pub use verbs::{add_kind, keep, withdraw};

pub(crate) use own::{line, panel_of_record};
pub(crate) use store::erase;

use crate::policy::{CERTIFY, KINDS, OWN};
use kernel::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/certificates", CERTIFY, desk::kinds)
        .post("/desk/certificates", KINDS, desk::add_kind)
        .post("/desk/certificates/{certificate_kind}/end", KINDS, desk::end_kind)
        .get("/desk/people/{person}/certificates", CERTIFY, desk::show)
        .post("/desk/people/{person}/certificates", CERTIFY, desk::create)
        .post("/desk/people/{person}/certificates/{certificate}/withdrawal", CERTIFY, desk::withdraw)
        .get("/me/certificates", OWN, own::index)
        .api(CERTIFY, kernel::routes!(api::list_certificate_kinds))
        .api(KINDS, kernel::routes!(api::add_certificate_kind))
        .api(KINDS, kernel::routes!(api::end_certificate_kind))
        .api(CERTIFY, kernel::routes!(api::list_certificates))
        .api(CERTIFY, kernel::routes!(api::keep_certificate))
        .api(CERTIFY, kernel::routes!(api::withdraw_certificate))
        .api(OWN, kernel::routes!(api::list_own_certificates))
}
