//! `lookup(key) -> Hit(Entry) | Miss(Slot)`; a slot's `commit` is the only writer.
//! Knows nothing of what the bytes mean.
