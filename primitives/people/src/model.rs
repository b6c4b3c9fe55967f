//! The nouns of people.

kernel::id! {
    /// A person: once, whatever they do in the complex.
    PersonId
}
