//! tmp
pub(crate) fn routes() -> kernel::Routes { kernel::Routes::new() }
pub(crate) fn person_panel(_: kernel::Cx, _: kernel::ids::Raw) -> people::ties::Later<Option<String>> { Box::pin(async { Ok(None) }) }
