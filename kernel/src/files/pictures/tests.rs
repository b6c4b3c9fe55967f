//! Pictures with a place in them, and pictures that are none.

use super::clean;
use crate::error::Error;
use proptest::prelude::*;

/// 22.93 N 113.05 E of a camera called `SECRETCAM`, in an EXIF that also says which way is up.
fn exif(turn: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
    tiff.extend_from_slice(&[0x0f, 0x01, 2, 0, 10, 0, 0, 0, 80, 0, 0, 0]); // make, at 80
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0]); // orientation
    tiff.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 50, 0, 0, 0]); // GPS, at 50
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(&[1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]); // N
    tiff.resize(80, 0);
    tiff.extend_from_slice(b"SECRETCAM\0GPS-22.93-113.05");
    tiff
}

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).expect("a test's segment is short").to_be_bytes();
    [&[0xff, marker], &length[..], contents].concat()
}

const PIXELS: &[u8] = &[0x12, 0xff, 0x00, 0x34, 0xff, 0xd1, 0x56];

/// A JPEG as a phone makes it: place, thumbnail, comment, a second scan with a comment before it, and a film behind it.
fn photo(turn: u8, size: (u16, u16)) -> Vec<u8> {
    let frame = [&[8][..], &size.1.to_be_bytes(), &size.0.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    let scan = segment(0xda, &[1, 1, 0, 0, 63, 0]);
    [
        &[0xff, 0xd8][..],
        &segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01THUMB"),
        &segment(0xe1, &[&b"Exif\0\0"[..], &exif(turn)].concat()),
        &segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta GPS-22.93/>"),
        &segment(0xe2, b"ICC_PROFILE\0\x01\x01colours"),
        &segment(0xed, b"Photoshop 3.0\0SECRETCAM"),
        &segment(0xfe, b"SECRETCAM"),
        &segment(0xee, b"Adobe\0\x64\0\0\0\0\x01"),
        &segment(0xc0, &frame),
        &scan,
        PIXELS,
        &segment(0xfe, b"SECRETCAM"),
        &scan,
        PIXELS,
        &[0xff, 0xd9],
        b"ftypmp42 a film with SECRETCAM",
    ]
    .concat()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let chunk = img_parts::png::PngChunk::new(*kind, contents.to_vec().into());
    let length = u32::try_from(contents.len()).expect("a test's chunk is short").to_be_bytes();
    let encoded = chunk.encoder().bytes().to_vec();
    assert_eq!(encoded[..4], length);
    encoded
}

fn png(ending: bool) -> Vec<u8> {
    let head = [&3_u32.to_be_bytes()[..], &2_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let mut bytes = [
        &b"\x89PNG\r\n\x1a\n"[..],
        &chunk(b"IHDR", &head),
        &chunk(b"sRGB", &[0]),
        &chunk(b"eXIf", &exif(1)),
        &chunk(b"tEXt", b"Author\0SECRETCAM"),
        &chunk(b"tIME", &[7, 0xea, 11, 23, 10, 0, 0]),
        &chunk(b"IDAT", PIXELS),
    ]
    .concat();
    if ending {
        bytes.extend(chunk(b"IEND", &[]));
        bytes.extend_from_slice(b"SECRETCAM behind the end");
    }
    bytes
}

fn webp() -> Vec<u8> {
    let part = |id: &[u8; 4], contents: &[u8]| {
        let length = u32::try_from(contents.len()).expect("a test's chunk is short").to_le_bytes();
        [&id[..], &length, contents, &[0][..contents.len() % 2]].concat()
    };
    let body = [
        &b"WEBP"[..],
        &part(b"VP8X", &[0b0010_1100, 0, 0, 0, 2, 0, 0, 1, 0, 0]),
        &part(b"ICCP", b"colours"),
        &part(b"VP8L", &[0x2f, 2, 0x40, 0, 0, 1]),
        &part(b"EXIF", &exif(1)),
        &part(b"XMP ", b"<x:xmpmeta GPS-22.93/>"),
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("a test's picture is short").to_le_bytes();
    [&b"RIFF"[..], &length, &body].concat()
}

const SECRETS: [&[u8]; 6] = [b"SECRETCAM", b"GPS", b"THUMB", b"xmpmeta", b"Author", b"tIME"];

#[test]
fn the_place_and_the_camera_go_and_the_pixels_and_colours_stay() {
    for (name, picture) in [("jpeg", photo(1, (3, 2))), ("png", png(true)), ("webp", webp())] {
        let cleaned = clean("image/jpeg", picture).expect(name);
        for secret in SECRETS {
            assert!(!holds(&cleaned, secret), "{name} keeps {}", String::from_utf8_lossy(secret));
        }
        assert!(!holds(&cleaned, b"Exif") && !holds(&cleaned, b"EXIF") && !holds(&cleaned, b"eXIf"), "{name}");
        assert_eq!(clean("image/jpeg", cleaned.clone()).expect(name), cleaned, "{name} is clean after one time");
    }
    let cleaned = clean("image/jpeg", photo(1, (3, 2))).expect("a photo");
    assert_eq!(cleaned.windows(PIXELS.len()).filter(|w| *w == PIXELS).count(), 2);
    assert!(holds(&cleaned, b"ICC_PROFILE") && holds(&cleaned, b"Adobe") && cleaned.ends_with(&[0xff, 0xd9]));
    assert!(holds(&clean("image/png", png(true)).expect("a png"), PIXELS));
    let cleaned = clean("image/webp", webp()).expect("a webp");
    assert!(holds(&cleaned, b"ICCP") && holds(&cleaned, &[b'V', b'P', b'8', b'X', 10, 0, 0, 0, 0b0010_0000]));
}

#[test]
fn a_photo_taken_upright_stays_upright() {
    for turn in 2..=8 {
        let cleaned = clean("image/jpeg", photo(turn, (3, 2))).expect("a photo");
        let jpeg = img_parts::jpeg::Jpeg::from_bytes(cleaned.into()).expect("still a photo");
        let told = jpeg.segments_by_marker(0xe1).find_map(|s| super::turn(s.contents()));
        assert_eq!(told, Some(turn));
    }
}

#[test]
fn broken_pictures_and_bombs_are_refused_with_words() {
    let refused = |kind: &str, bytes: Vec<u8>, key: &str| match clean(kind, bytes) {
        Err(Error::Refused(word)) => assert_eq!(word.key, key),
        other => panic!("{key}: {:?}", other.map(|bytes| bytes.len())),
    };
    let photo_whole = photo(1, (3, 2));
    let end = photo_whole.windows(2).rposition(|w| w == [0xff, 0xd9]).expect("it ends");
    refused("image/jpeg", photo_whole[..end].to_vec(), "files.picture_broken");
    refused("image/jpeg", vec![0xff, 0xd8, 0xff, 0xe0, 1, 2], "files.picture_broken");
    refused("image/jpeg", b"GIF89a".to_vec(), "files.picture_broken");
    refused("image/png", png(false), "files.picture_broken");
    let mut wrong_sum = png(true);
    wrong_sum[20] ^= 1;
    refused("image/png", wrong_sum, "files.picture_broken");
    refused("image/webp", webp()[..30].to_vec(), "files.picture_broken");
    refused("image/jpeg", photo(1, (9_000, 9_000)), "files.picture_large");
    assert_eq!(clean("application/pdf", b"%PDF".to_vec()).expect("another file"), b"%PDF");
}

proptest! {
    #[test]
    fn no_bytes_make_it_fall(cut in 0_usize..400, at in 0_usize..400, byte: u8, which in 0_usize..3) {
        let mut bytes = [photo(6, (3, 2)), png(true), webp()][which].clone();
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut % length);
        if let Ok(cleaned) = clean("image/jpeg", bytes) {
            prop_assert!(cleaned.len() <= length + 40);
        }
    }
}
