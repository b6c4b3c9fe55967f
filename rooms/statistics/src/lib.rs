//! Statistics: the metric dictionary and the figures made of it.
