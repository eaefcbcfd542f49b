use super::super::tests::found_by;

fn addresses(text: &str) -> Vec<String> {
    found_by(text, super::find).into_iter().map(|(_, address)| address).collect()
}

#[test]
fn a_house_in_an_english_speaking_country_is_found_whole() {
    for (text, address) in [
        ("She lives at 12 Elm Street.", "12 Elm Street"),
        ("Send it to 119 Birchwood Close, please", "119 Birchwood Close"),
        ("12 elm street is empty", "12 elm street"),
        (
            "at 1600 N Harbor Blvd, Suite 210, Fullerton, CA 92832 today",
            "1600 N Harbor Blvd, Suite 210, Fullerton, CA 92832",
        ),
        (
            "Ship to: 45 West 42nd St. Apt 4B\nNew York, NY 10036\nUSA",
            "45 West 42nd St. Apt 4B\nNew York, NY 10036\nUSA",
        ),
        ("Flat is 7 Church Hill Road, Leeds LS6 3QT.", "7 Church Hill Road, Leeds LS6 3QT"),
        ("88 King Street West, Toronto, ON M5X 1A9", "88 King Street West, Toronto, ON M5X 1A9"),
        ("221B Baker Street, London", "221B Baker Street, London"),
    ] {
        assert_eq!(addresses(text), [address], "{text}");
    }
}

#[test]
fn a_house_on_the_continent_is_found_whole() {
    for (text, address) in [
        ("Wir wohnen Hauptstraße 5a, 80331 München", "Hauptstraße 5a, 80331 München"),
        ("Storgatan 12, 114 55 Stockholm", "Storgatan 12, 114 55 Stockholm"),
        ("the shop at Sahantie 68 is closed", "Sahantie 68"),
        ("Rue de la Gare 12, 1000 Bruxelles", "Rue de la Gare 12, 1000 Bruxelles"),
        ("12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
        ("Calle Mayor 5, 28013 Madrid, Spain", "Calle Mayor 5, 28013 Madrid, Spain"),
        ("ul. Jasna 7, 00-013 Warszawa", "ul. Jasna 7, 00-013 Warszawa"),
        ("Erzsébet tér 19.", "Erzsébet tér 19"),
        ("Rua do Ouro 1634", "Rua do Ouro 1634"),
        ("Via Garibaldi 71", "Via Garibaldi 71"),
        ("Keizersgracht 126, 1015 CW Amsterdam", "Keizersgracht 126, 1015 CW Amsterdam"),
    ] {
        assert_eq!(addresses(text), [address], "{text}");
    }
}

#[test]
fn a_name_and_a_number_are_an_address_where_the_words_say_so() {
    assert_eq!(addresses("Our offices are located at Allika 46"), ["Allika 46"]);
    assert_eq!(addresses("Kuusiku 7, Apt. 12, Tartu"), ["Kuusiku 7, Apt. 12, Tartu"]);
    assert!(addresses("We beat Arsenal 3 times").is_empty());
    assert!(addresses("see Chapter 5 of it").is_empty());
}

#[test]
fn post_boxes_military_mail_and_corners_are_addresses() {
    for (text, address) in [
        ("P.O. Box 255, Springfield, IL 62704", "P.O. Box 255, Springfield, IL 62704"),
        ("PSC 1234, Box 5678\nAPO AE 09012", "PSC 1234, Box 5678\nAPO AE 09012"),
        ("Unit 1293 Box 4311\nDPO AE 01708 thanks", "Unit 1293 Box 4311\nDPO AE 01708"),
        ("USNS Comfort\nFPO AP 96672", "USNS Comfort\nFPO AP 96672"),
        ("RR 2 Box 152", "RR 2 Box 152"),
        ("at the corner of Elm Street and Oak Lane", "the corner of Elm Street and Oak Lane"),
        ("Postfach 12 34", "Postfach 12 34"),
    ] {
        assert_eq!(addresses(text), [address], "{text}");
    }
}

#[test]
fn a_block_of_lines_keeps_its_lines() {
    assert_eq!(
        addresses("Anna Berg\n45 West 42nd St. Apt 4B\nNew York, NY 10036\nUSA"),
        ["45 West 42nd St. Apt 4B", "New York", "NY", "10036", "USA"]
    );
    assert_eq!(
        addresses("Anna Berg\nAllika 46\nSuite 5\nXylotown\nEstonia 62488"),
        ["Allika 46", "Suite 5", "Xylotown", "Estonia", "62488"]
    );
}

#[test]
fn a_labelled_block_is_one_address() {
    assert_eq!(
        addresses("Address:\nAllika 46\nSuite 5\nXylotown\nEstonia 62488"),
        ["Allika 46\nSuite 5\nXylotown\nEstonia 62488"]
    );
}

#[test]
fn a_quoted_block_is_found_line_by_line() {
    assert_eq!(
        addresses("> Anna Berg\n> 12 Elm Street\n> Apt. 4\n> Xylotown\n> Sweden 67626"),
        ["12 Elm Street", "Apt. 4", "Xylotown", "Sweden", "67626"]
    );
}

#[test]
fn a_street_without_a_number_is_found() {
    assert_eq!(addresses("They met on Harbour Street again"), ["Harbour Street"]);
    assert_eq!(addresses("The Kent Road is long"), ["Kent Road"]);
}

#[test]
fn postal_codes_alone_are_found() {
    assert_eq!(addresses("ZIP: 3520"), ["3520"]);
    assert_eq!(addresses("postcode 518057"), ["518057"], "China's as well");
    assert_eq!(addresses("my postcode is SW1A 1AA"), ["SW1A 1AA"]);
    assert_eq!(addresses("zip code 75534-030"), ["75534-030"]);
    assert_eq!(addresses("he is from Salem, OR 97301"), ["97301"]);
}

#[test]
fn other_numbers_and_names_are_no_addresses() {
    for text in [
        "We sold 12 boxes on Monday",
        "In 2019 Hyde Park was closed",
        "Version 12 of Windows 11",
        "Hello Dr. Smith, thank you",
        "on March 14 2020",
        "I have 3 ways to do it",
        "He ran 5 miles on the road",
        "the one way street",
        "page 12, Table 5",
        "20 people in a room 4 m wide",
        "Spider-Man 2 came out",
    ] {
        assert!(addresses(text).is_empty(), "{text}: {:?}", addresses(text));
    }
}
