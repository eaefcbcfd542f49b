//! What advertising on the shop's pages is told: TCF for a visitor in Germany, GPP for one in the United
//! States. The strings that the page hands out are read by our own codec.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use browser_tests::{Browser, Shop};
use serde_json::{Value, json};
use signals::{Gpp, TcString, Today, VendorList};

/// The part of the page that the banner draws.
const ROOT: &str =
    "const root = [...document.documentElement.children].find(e => e.shadowRoot)?.shadowRoot;";

async fn run(browser: &Browser, script: &str) -> Result<Value> {
    Ok(browser.client.execute(&format!("{ROOT} {script}"), vec![]).await?)
}

async fn until(browser: &Browser, script: &str) -> Result<()> {
    for _ in 0..400 {
        // A page that is being replaced has no answer.
        if run(browser, script).await.is_ok_and(|answer| answer == true) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let heard = run(browser, "return JSON.stringify(window.heard);").await?;
    bail!("never true: {script}; heard: {heard}")
}

async fn press(browser: &Browser, words: &str) -> Result<()> {
    let find = format!(
        "const all = [...root.querySelectorAll('dialog button, .bar button, .again button')];
         const open = root.querySelector('dialog');
         const button = all.find(b => b.textContent === {words:?} && (!open || open.contains(b)));"
    );
    until(browser, &format!("if (!root) return false; {find} return !!button;")).await?;
    run(browser, &format!("{find} button.click();")).await.map(|_| ())
}

/// The last thing that a listener heard, once it is what is waited for.
async fn heard(browser: &Browser, field: &str, value: &str) -> Result<Value> {
    until(browser, &format!("return window.heard?.at(-1)?.{field} === {value:?};")).await?;
    run(browser, "return window.heard.at(-1);").await
}

fn list() -> VendorList {
    VendorList::parse(browser_tests::VENDORS.as_bytes()).unwrap()
}

/// The TC string in what was heard; it breaks no rule, and says what the parsed fields say.
fn tc(data: &Value) -> Result<TcString> {
    let tc = TcString::decode(data["tcString"].as_str().context("no string")?)?;
    let list = list();
    let findings = tc.check(Today { vendor_list: Some(&list), ..Today::default() });
    ensure!(findings.is_empty(), "{findings:?}");
    for (id, yes) in data["vendor"]["consents"].as_object().context("no vendors")? {
        ensure!(tc.vendor_consents.contains(id.parse()?) == (*yes == true), "vendor {id}");
    }
    for (id, yes) in data["purpose"]["consents"].as_object().context("no purposes")? {
        ensure!(tc.purpose_consents.contains(id.parse()?) == (*yes == true), "purpose {id}");
    }
    Ok(tc)
}

#[tokio::test(flavor = "multi_thread")]
async fn tcf_tells_tags_and_frames_what_was_chosen() -> Result<()> {
    let shop = Shop::open_with_iab("DE").await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/tcf", shop.address)).await?;

    // The page's stub had queued a listener and a ping before our script came.
    let shown = heard(&browser, "eventStatus", "cmpuishown").await?;
    let asked = tc(&shown)?;
    assert_eq!(asked.purpose_consents.iter().collect::<Vec<_>>(), Vec::<u8>::new());
    assert_eq!(asked.vendors_disclosed.as_ref().unwrap().iter().collect::<Vec<_>>(), [2, 3, 5]);
    assert_eq!((shown["cmpId"].clone(), shown["gdprApplies"].clone()), (json!(7), json!(true)));
    assert_eq!(run(&browser, "return window.pinged;").await?, true);
    let kept = run(&browser, "return Object.keys(localStorage);").await?;
    assert_eq!(kept, json!([]), "nothing is kept on the device before a choice");

    press(&browser, "Accept all").await?;

    let done = heard(&browser, "eventStatus", "useractioncomplete").await?;
    let accepted = tc(&done)?;
    assert_eq!(accepted.purpose_consents.iter().collect::<Vec<_>>(), [1, 8]);
    assert_eq!(accepted.vendor_consents.iter().collect::<Vec<_>>(), [2, 3]);
    assert_eq!(accepted.purpose_legitimate_interests.iter().collect::<Vec<_>>(), [8]);
    // A stranger's frame asks by message, and hears the same string.
    until(&browser, "return !!window.framed;").await?;
    let framed = run(&browser, "return window.framed;").await?;
    assert_eq!(framed["__tcfapiReturn"]["success"], true);
    assert_eq!(framed["__tcfapiReturn"]["callId"], "from-the-frame");

    browser.open(&format!("{}/tcf", shop.address)).await?;
    let again = heard(&browser, "eventStatus", "tcloaded").await?;
    assert_eq!(again["tcString"], done["tcString"]);
    let refused = "for (const [name, version] of [['nothing', 2], ['getTCData', 3]])
        __tcfapi(name, version, (data, success) => (window.refused ||= []).push(success));
        __tcfapi('removeEventListener', 2, (success) => window.gone = success, 99);
        return [window.refused, window.gone];";
    assert_eq!(run(&browser, refused).await?, json!([[false, false], false]));
    let names = "__tcfapi('getVendorList', 2, (list) => window.named = list.vendors[2].name);";
    run(&browser, names).await?;
    until(&browser, "return window.named === 'Invented Ads';").await?;

    run(&browser, "privet.open();").await?;
    heard(&browser, "eventStatus", "cmpuishown").await?;
    run(&browser, "privet.refuseAll();").await?;
    let refused = tc(&heard(&browser, "eventStatus", "useractioncomplete").await?)?;
    assert!(refused.vendor_consents.is_empty());
    assert!(refused.purpose_legitimate_interests.is_empty(), "a refusal is an objection");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tcf_says_so_where_the_gdpr_does_not_apply() -> Result<()> {
    let shop = Shop::open_with_iab("US").await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/tcf", shop.address)).await?;

    until(&browser, "return window.heard?.length === 1;").await?;

    let data = run(&browser, "return window.heard[0];").await?;
    assert_eq!((data["gdprApplies"].clone(), data["tcString"].clone()), (json!(false), json!("")));
    press(&browser, "No, opt out").await?;
    assert_eq!(run(&browser, "return window.heard.length;").await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn gpp_tells_tags_and_frames_of_opt_outs() -> Result<()> {
    let shop = Shop::open_with_iab("US").await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/gpp", shop.address)).await?;

    until(&browser, "return window.heard?.some(e => e.pingData.signalStatus === 'ready' || e.eventName === 'cmpDisplayStatus');").await?;
    let ping = "let got; __gpp('ping', (data) => got = data); return got;";
    let before = run(&browser, ping).await?;
    assert_eq!(before["gppVersion"], "1.1");
    assert_eq!(before["sectionList"], json!([7, 8]));
    assert_eq!(before["applicableSections"], json!([7]));
    assert_eq!(sale(&before)?, [2, 2], "nobody opted out");

    run(&browser, "window.heard.length = 0; privet.refuseAll();").await?;

    until(&browser, "return window.heard.at(-1)?.pingData.signalStatus === 'ready' && window.heard.at(-1).eventName === 'signalStatus';").await?;
    let names = run(&browser, "return window.heard.map(e => e.eventName + ' ' + e.data);").await?;
    let names: Vec<&str> = names.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let end = ["sectionChange usnat", "sectionChange usca", "signalStatus ready"];
    assert!(names.ends_with(&end), "{names:?}");
    let after = run(&browser, ping).await?;
    assert_eq!(sale(&after)?, [1, 1]);
    let asked = "const all = [];
        __gpp('hasSection', (yes) => all.push(yes), 'usca');
        __gpp('hasSection', (yes) => all.push(yes), 'usva');
        __gpp('getField', (value) => all.push(value), 'usca.SaleOptOut');
        __gpp('getField', (value, success) => all.push(value, success), 'usca.Nothing');
        __gpp('getSection', (segments) => all.push(segments[1]), 'usnat');
        __gpp('getSection', (segments, success) => all.push(segments, success), 'nothing');
        __gpp('removeEventListener', (gone) => all.push(gone), 99);
        return all;";
    let answers = json!([true, false, 1, null, false, { "SubsectionType": 1, "Gpc": false }, null, false, false]);
    assert_eq!(run(&browser, asked).await?, answers);
    until(&browser, "return !!window.framed;").await?;
    let framed = run(&browser, "return window.framed;").await?;
    assert_eq!(framed["__gppReturn"]["success"], true);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn gpp_opts_out_for_a_browser_that_asks_for_it() -> Result<()> {
    let shop = Shop::open_with_iab("US").await?;
    let browser = Browser::start().await?;
    let ask =
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true });";
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": ask })).await?;
    browser.open(&format!("{}/gpp", shop.address)).await?;

    let ping =
        "let got; window.__gpp?.('ping', (data) => got = data); return got?.gppString || '';";
    until(&browser, &format!("return (() => {{ {ping} }})() !== '' && window.heard?.at(-1)?.pingData.signalStatus === 'ready';")).await?;

    let text = run(&browser, ping).await?;
    let gpp = Gpp::decode(text.as_str().unwrap())?;
    for section in gpp.sections() {
        assert_eq!(section.get("Gpc"), Some(&signals::Value::Flag(true)));
        assert_eq!(section.get("SaleOptOut").and_then(signals::Value::as_int), Some(1));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_are_answered_on_a_page_without_a_stub() -> Result<()> {
    let shop = Shop::open_with_iab("DE").await?;
    let browser = Browser::start().await?;
    for (page, loaded) in [("tcf-bare", "cmpLoaded"), ("gpp-bare", "gppVersion")] {
        browser.open(&format!("{}/{page}", shop.address)).await?;
        browser.client.enter_frame(0).await?;
        browser.wait_for_text("from-the-frame", 20).await?;
        let answer: Value = serde_json::from_str(&browser.text("p").await?)?;
        assert_eq!(answer["success"], true);
        assert!(!answer["returnValue"][loaded].is_null(), "{answer}");
        browser.client.enter_parent_frame().await?;
    }
    Ok(())
}

/// `SaleOptOut` of each section of the string, which says what the parsed sections say.
fn sale(ping: &Value) -> Result<Vec<u32>> {
    let gpp = Gpp::decode(ping["gppString"].as_str().context("no string")?)?;
    gpp.sections()
        .map(|section| {
            let parsed = &ping["parsedSections"][section.layout().name][0]["SaleOptOut"];
            let value =
                section.get("SaleOptOut").and_then(signals::Value::as_int).context("none")?;
            ensure!(*parsed == value, "{parsed} and {value}");
            Ok(value)
        })
        .collect()
}
