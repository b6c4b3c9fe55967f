//! Test rig: both databases, a test application, builders and a browser.

pub mod app;
pub mod browser;
pub mod bulk;
pub mod client;
pub mod html;
pub mod load;
pub mod outside;
pub mod pdf;
pub mod postgres;
pub mod process;
pub mod views;
pub mod wire;

pub use app::{Reply, TestApp, Visitor, on_both};
