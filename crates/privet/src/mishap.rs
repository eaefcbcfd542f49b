//! What a defect of ours may say. Rust's own message can quote the data at hand (slicing a text names
//! the text), and personal data must reach no log: only the place is told.

use std::panic::PanicHookInfo;

/// Installs the rule for the whole process.
pub fn tell_places_only() {
    std::panic::set_hook(Box::new(|mishap| eprintln!("{}", told(mishap))));
}

fn told(mishap: &PanicHookInfo<'_>) -> String {
    let place = mishap.location().map_or_else(String::new, |at| format!(" at {at}"));
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    format!("privet: a defect in Privet{place} (thread {thread}); please report it with this line")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn a_mishap_tells_its_place_and_never_the_data() {
        static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(|mishap| HEARD.lock().unwrap().push(told(mishap))));
        let at = "li.lei@example.com".len() + 1;
        let sliced = std::panic::catch_unwind(|| "li.lei@example.com"[..at].len());
        std::panic::set_hook(before);

        assert!(sliced.is_err());
        let heard = HEARD.lock().unwrap();
        assert!(heard.iter().any(|line| line.contains("mishap.rs")), "{heard:?}");
        assert!(!heard.iter().any(|line| line.contains("li.lei")), "{heard:?}");
    }
}
