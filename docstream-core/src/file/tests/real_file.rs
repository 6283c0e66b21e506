//! The real file, where it is at hand.

use super::endings::gzip;
use super::*;
use crate::DateOrder;
use crate::file::Survey;

#[tokio::test]
async fn the_real_file_is_read_whole() {
    let Some(path) = docstream_testkit::retail::file() else {
        return;
    };
    let surveys = Survey::input(&path, &FileOptions::default(), |_| {}).unwrap();
    let survey = surveys[0].clone();
    assert_eq!((survey.records, survey.bytes), (541_909, 45_580_638));
    assert_eq!(survey.encoding, Encoding::Windows1252);
    assert_eq!(survey.dates.finish(), Ok(Some(DateOrder::MonthFirst)));

    let mut source = FileSource::new(surveys, FileOptions::default()).unwrap();
    source.start(None).await.unwrap();
    let (mut records, mut pounds) = (0, 0);
    while let Next::Batch(batch) = source.next(Demand::default()).await.unwrap() {
        assert_eq!(batch.rejected_len(), 0);
        records += batch.len();
        pounds += batch.text().matches('£').count();
    }
    assert_eq!((records, pounds), (541_909, 32));

    let mut plain = Vec::new();
    let (_, mut reader) =
        crate::file::compression::decompress(std::fs::File::open(&path).unwrap()).unwrap();
    reader.read_to_end(&mut plain).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for bytes in [gzip(&plain), plain] {
        let copy = folder.path().join("copy");
        std::fs::write(&copy, bytes).unwrap();
        let again = Survey::input(&copy, &FileOptions::default(), |_| {}).unwrap();
        assert_eq!(again[0].sha256, survey.sha256);
        assert_eq!(again[0].partition(), survey.partition());
    }
}
