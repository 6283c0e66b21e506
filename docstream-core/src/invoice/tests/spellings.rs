//! Every spelling that is taken, and that it does not count.

use super::*;

fn same_as_good(json: &str) {
    assert_eq!(parse(json), parse(GOOD), "{json}");
}

#[test]
fn spellings_of_json_read_alike_and_hash_alike() {
    let reordered = concat!(
        "\t\r\n{ \"Country\" : \"France\" , \"CustomerID\":\"17850\", \"UnitPrice\": \"2.550\",",
        r#""InvoiceDate":"12\/1\/2010 8:26","Quantity":6,"Description":"WHITE \u0048EART","#,
        r#""StockCode":"85123A","Invoice\u004eo":536365} "#,
    );
    same_as_good(reordered);
    for (from, to) in [
        ("\"536365\"", "536365"),
        ("\"536365\"", "536365.0"),
        ("\"536365\"", "5.36365e5"),
        ("\"536365\"", "\"536365.0\""),
        ("17850", "17850.0"),
        ("17850", "\"17850\""),
        ("17850", "\"17850.0\""),
        ("2.55", "\"2.55\""),
        ("2.55", "25.5e-1"),
        ("2.55", "2.5500000000000000000000"),
        ("2010-12-01T08:26:00Z", "2010-12-01 08:26:00"),
        ("2010-12-01T08:26:00Z", "12/1/2010 8:26"),
    ] {
        same_as_good(&with(from, to));
    }
}

#[test]
fn a_table_row_is_the_same_document_as_its_json() {
    let columns = Columns::from_header(HEADER, ExtraColumns::Refuse).unwrap();
    assert_eq!(parse_row(&columns, &ROW), parse(GOOD));
    let header = [
        "Price",
        "invoice",
        "STOCKCODE",
        "Description",
        "quantity",
        "InvoiceDate",
        "Customer ID",
        "Country",
    ];
    let columns = Columns::from_header(header, ExtraColumns::Refuse).unwrap();
    let row = [
        "2.55",
        "536365.0",
        "85123A",
        "WHITE HEART",
        "6",
        "2010-12-01 08:26",
        "17850.0",
        "France",
    ];
    assert_eq!(parse_row(&columns, &row), parse(GOOD));
}

#[test]
fn guests_and_lines_without_description_are_one_document_however_they_are_spelled() {
    let absent = |field: &str, spellings: [&str; 4]| {
        let documents = spellings.map(|to| parse(&with(field, to)).unwrap());
        assert!(documents.iter().all(|document| *document == documents[0]));
        documents[0].0.clone()
    };
    let customer = "\"CustomerID\":17850,";
    let guest = absent(
        customer,
        [
            "",
            "\"CustomerID\":null,",
            "\"CustomerID\":\"\",",
            "\"CustomerID\": \"\",",
        ],
    );
    assert_eq!(guest.customer_id, None);
    let description = "\"Description\":\"WHITE HEART\",";
    let bare = absent(
        description,
        [
            "",
            "\"Description\":null,",
            "\"Description\":\"\",",
            "\"Description\":\" \\t\",",
        ],
    );
    assert_eq!(bare.description, None);
}

#[test]
fn raw_and_cleaned_texts_are_kept_side_by_side() {
    let json = with("85123A", " 85123a").replace("WHITE HEART", "  £5  heart ");
    let (line, hash) = parse(&json).unwrap();
    assert_eq!(
        (&**line.stock_code.raw(), &**line.stock_code.folded()),
        (" 85123a", "85123A")
    );
    let description = line.description.unwrap();
    assert_eq!(
        (&**description.raw(), &**description.clean()),
        ("  £5  heart ", "£5  heart")
    );
    assert_ne!(
        hash,
        parse(GOOD).unwrap().1,
        "the hash is over the raw texts"
    );
}

#[test]
fn every_field_counts_in_the_hash() {
    let hash = |json: &str| parse(json).unwrap().1;
    for (from, to) in [
        ("536365", "536366"),
        ("85123A", "85123B"),
        ("WHITE HEART", "WHITE HEARTS"),
        (":6,", ":7,"),
        ("08:26", "08:27"),
        ("2.55", "2.5501"),
        ("17850", "17851"),
        ("France", "EIRE"),
    ] {
        assert_ne!(hash(&with(from, to)), hash(GOOD), "{from}");
    }
}

#[test]
fn policies_differ_in_guests_returns_and_adjustments() {
    let check = |json: &str| {
        let mut text = String::new();
        [Policy::Retail, Policy::Strict].map(|policy| {
            rules(policy)
                .parser()
                .parse_json(json.as_bytes(), &mut text)
                .is_ok()
        })
    };
    assert_eq!(check(GOOD), [true, true]);
    assert_eq!(check(&with("\"536365\"", "\"C536365\"")), [true, false]);
    assert_eq!(check(&with("17850", "null")), [true, false]);
    assert_eq!(check(&with("\"WHITE HEART\"", "null")), [true, false]);
    assert_eq!(check(&with("2.55", "-2.55")), [false, false]);
    let adjustment = with("\"536365\"", "\"A536365\"").replace("2.55", "-2.55");
    assert_eq!(check(&adjustment), [true, false]);
    assert_eq!(check(&with(":6,", ":-80995,")), [true, true]);
}
