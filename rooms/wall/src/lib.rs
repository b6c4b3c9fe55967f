//! The wall: unattended screens that show what is happening now.
