//! The one integration binary: a module per subject, so that the dependencies are linked once.

mod house;
