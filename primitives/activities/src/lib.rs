//! Activities: what is offered, who signs up, who came and who was served.
