//! Faults as they happen in a basement: the power goes in the middle of a rush, the disk is full, the database server is
//! away, a file is a bomb. Everything is done to the built program itself, by its pages and its commands.

#![expect(clippy::print_stdout, reason = "what was measured is shown to who asks with --nocapture")]

#[path = "faults/away.rs"]
mod away;
#[path = "faults/bombs.rs"]
mod bombs;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/door.rs"]
mod door;
#[path = "faults/forms.rs"]
mod forms;
#[path = "faults/ground.rs"]
mod ground;
#[path = "faults/keeping.rs"]
mod keeping;
#[path = "faults/kill.rs"]
mod kill;
#[path = "faults/laws.rs"]
mod laws;
#[path = "faults/takeover.rs"]
mod takeover;
#[path = "faults/unsure.rs"]
mod unsure;

#[path = "../src/rooms.rs"]
mod rooms;
