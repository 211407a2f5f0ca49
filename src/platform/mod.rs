//! What differs between operating systems: links, permissions, signals, syncing and exchanging folders. The only module
//! with `cfg` on the operating system, and with `rustix`. File locks are not here, because the standard library has
//! them on every system. `malloc.c` sets how much freed memory glibc keeps; `build.rs` links it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{
    exchange, free_space, is_alias, is_program, new_file_permissions, no_follow, on_interrupt, open_lock_of_folder,
    sync_folder,
};
#[cfg(windows)]
pub use windows::{
    exchange, free_space, is_alias, is_program, new_file_permissions, no_follow, on_interrupt, open_lock_of_folder,
    sync_folder,
};

/// What asks a program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// SIGINT: Ctrl-C.
    Int,
    /// SIGTERM: a service manager, a scheduler, `kill`. Unix alone.
    Term,
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn two_folders_are_exchanged_or_left_as_they_are() {
        let place = tempfile::tempdir().expect("a folder");
        let [one, two] = ["one", "two"].map(|name| place.path().join(name));
        for folder in [&one, &two] {
            fs::create_dir(folder).expect("a folder");
        }
        fs::write(one.join("file"), "").expect("a file");
        let exchanged = exchange(&one, &two);
        assert_eq!((one.join("file").exists(), two.join("file").exists()), (!exchanged, exchanged));
    }

    #[test]
    fn a_folder_can_be_synced_and_locked_by_one_process_at_a_time() {
        let place = tempfile::tempdir().expect("a folder");
        sync_folder(place.path()).expect("synced");
        let [first, second] = [(); 2].map(|()| open_lock_of_folder(place.path()).expect("opened"));
        first.try_lock().expect("free");
        assert!(second.try_lock().is_err(), "the first still holds it");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_and_a_second_name_is_noticed() {
        let place = tempfile::tempdir().expect("a folder");
        let at = |name: &str| place.path().join(name);
        fs::write(at("file"), "").expect("a file");
        std::os::unix::fs::symlink(at("file"), at("link")).expect("a link");
        let open = |name: &str| no_follow(fs::OpenOptions::new().read(true)).open(at(name));
        assert!(open("link").is_err());
        assert!(!is_alias(&open("file").expect("opened")));
        fs::hard_link(at("file"), at("second")).expect("a second name");
        assert!(is_alias(&open("file").expect("opened")));
    }
}
