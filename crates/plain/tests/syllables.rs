//! Syllables against a pronouncing dictionary.

#[test]
fn common_words_are_right_and_rare_ones_nearly_always() {
    let (mut rare, mut rare_right) = (0, 0);
    for line in include_str!("data/syllables.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split(' ');
        let (word, told, kind) = (fields.next(), fields.next(), fields.next());
        let word = word.unwrap_or_default();
        let count = plain::syllables(word).to_string();
        let right = told.unwrap_or_default().split('/').any(|known| known == count);
        if kind == Some("common") {
            assert!(right, "{line}: {count}");
        } else {
            rare += 1;
            rare_right += i32::from(right);
        }
    }
    assert!(rare == 600 && rare_right >= 560, "{rare_right} of {rare}");
}
