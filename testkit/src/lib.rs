//! Test rig: both databases, a test application, builders and a browser.

pub mod browser;
pub mod client;
pub mod html;
pub mod load;
pub mod postgres;
pub mod process;
pub mod wire;
