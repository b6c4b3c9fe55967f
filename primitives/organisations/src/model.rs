//! The nouns of organisations.

kernel::id! {
    /// An organisation of any tree.
    OrganisationId
}
kernel::id! {
    /// A membership.
    MembershipId
}
