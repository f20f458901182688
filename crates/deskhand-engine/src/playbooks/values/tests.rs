//! Templates from the outside.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Read, Roots, reads, render};

fn roots() -> Value {
    json!({
        "PlaybookData": {
            "Create": {"returnData": "Successful", "rawData": {"Results": [{"id": 7, "board": {"name": "Help Desk"}}]}},
            "Look up": {"rawData": {"Results": [{"id": 1, "contact": null}, {"id": 2}, {"id": 3}]}, "keyFields": {"TicketIDs": [1, 2, 3]}},
        },
        "inputs": {"board": "Help Desk", "days": 14, "ids": [4, 5], "really": true, "none": null, "share": 0.5},
        "event": {"id": 3, "fields": {"Document ID": 7, "Company Name": "Acme \"East\""}, "raw": {"id": 7}},
        "now": "2026-03-29T12:30:00.7Z",
    })
}

fn of(template: &str) -> Result<Value, String> {
    let roots = roots();
    let value = json!(template);
    let lean = render(&value, roots.as_object().unwrap()).map_err(|error| error.to_string());
    let whole = Roots::from(roots.as_object().unwrap().clone()).render(&value);
    assert_eq!(lean, whole.map_err(|error| error.to_string()), "{template}");
    lean
}

#[test]
fn a_text_that_is_one_expression_keeps_the_type_of_its_value() {
    assert_eq!(of("{{ inputs.days }}"), Ok(json!(14)));
    assert_eq!(of("{{inputs.days + 1}}"), Ok(json!(15)));
    assert_eq!(of("{{- inputs.ids -}}"), Ok(json!([4, 5])));
    assert_eq!(of("\n  {{ inputs.really }}\n"), Ok(json!(true)));
    assert_eq!(of("{{ inputs.none }}"), Ok(Value::Null));
    assert_eq!(of("{{ inputs.share }}"), Ok(json!(0.5)));
    assert_eq!(of("{{ event.raw }}"), Ok(json!({"id": 7})));
    assert_eq!(of("{{ {'a': [inputs.days, none]} }}"), Ok(json!({"a": [14, null]})));
    assert_eq!(
        of("{{ PlaybookData.Create.returnData == 'Successful' }}"),
        Ok(json!(true))
    );
    assert_eq!(of("{{ inputs.days }} {{ inputs.days }}"), Ok(json!("14 14")));
    assert_eq!(of("{{ '}}' }}"), Ok(json!("}}")));
}

#[test]
fn values_inside_a_text_are_written_as_json_and_null_is_nothing() {
    assert_eq!(
        of("ids {{ inputs.ids }}, {{ inputs.none }}."),
        Ok(json!("ids [4,5], ."))
    );
    assert_eq!(
        of("{{ event.raw }} and {{ inputs.really }}"),
        Ok(json!("{\"id\":7} and true"))
    );
    assert_eq!(of("no template: { } % #\n"), Ok(json!("no template: { } % #\n")));
    let lines = "{% for id in inputs.ids %}\n- {{ id }}\n{% endfor %}\nend\n";
    assert_eq!(of(lines), Ok(json!("- 4\n- 5\nend\n")));
}

#[test]
fn d3s_paths_and_those_of_the_rfc_find_what_steps_have_yielded() {
    let first = r#"{{ PlaybookData | jsonpath('$.["Create"].rawData.Results[0].id') }}"#;
    assert_eq!(of(first), Ok(json!(7)));
    assert_eq!(
        of(r#"{{ PlaybookData | jsonpath("$['Look up'].rawData.Results[*].id") }}"#),
        Ok(json!([1, 2, 3]))
    );
    assert_eq!(
        of(r#"{{ PlaybookData | jsonpath('$.["Create"].rawData.Results[*].id') }}"#),
        Ok(json!([7]))
    );
    assert_eq!(
        of(r#"{{ PlaybookData | jsonpath('$.["Look up"].rawData.Results[-1]') }}"#),
        Ok(json!({"id": 3}))
    );
    assert_eq!(of("{{ PlaybookData | jsonpath('$..name') }}"), Ok(json!(["Help Desk"])));
    assert_eq!(
        of("{{ PlaybookData['Look up'] | jsonpath('$.rawData.Results[?@.id > 1].id') }}"),
        Ok(json!([2, 3]))
    );
    assert_eq!(
        of("{{ [{'a': 1}, {'a': 2}] | jsonpath('$[*].a') | sum }}"),
        Ok(json!(3))
    );
    assert_eq!(
        of("{{ PlaybookData['Look up'] | jsonpath('$.rawData.Results') | length }}"),
        Ok(json!(3))
    );
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(of("{{ inputs.bord }}"), Err("`inputs.bord` is not there".to_owned()));
    assert_eq!(of("On {{ inputs.bord }}"), Err("`inputs.bord` is not there".to_owned()));
    assert_eq!(of("{{ evnt.fields.a }}"), Err("`evnt` is not there".to_owned()));
    assert_eq!(
        of(r#"{{ PlaybookData | jsonpath('$.["Create"].rawData.Results[3].id') }}"#),
        Err(r#"`PlaybookData | jsonpath('$.["Create"].rawData.Results[3].id')` is not there"#.to_owned())
    );
    assert_eq!(
        of(r#"{{ PlaybookData | jsonpath('$.["Nothing"].rawData.Results[*].id') }}"#),
        Err(r#"`jsonpath('$.["Nothing"].rawData.Results[*].id')`: there is no `Nothing` in PlaybookData"#.to_owned())
    );
    let nested = render(&json!({"Note Text": ["", {"a": "{{ x }}"}]}), &serde_json::Map::new());
    assert_eq!(nested.unwrap_err().to_string(), "`Note Text[1].a`: `x` is not there");
}

#[test]
fn what_may_be_missing_can_be_asked_for() {
    assert_eq!(of("{{ inputs.bord | default('none') }}"), Ok(json!("none")));
    assert_eq!(of("{{ event is defined and failure is not defined }}"), Ok(json!(true)));
    assert_eq!(
        of("{{ PlaybookData.Nothing | jsonpath('$.a') | default(1) }}"),
        Ok(json!(1))
    );
    assert_eq!(
        of("{% if inputs.bord is defined %}a{% else %}b{% endif %}"),
        Ok(json!("b"))
    );
}

#[test]
fn times_are_shifted_compared_and_written_in_a_zone() {
    assert_eq!(
        of("{{ now | date('%Y-%m-%d', 'Europe/Berlin') }}"),
        Ok(json!("2026-03-29"))
    );
    assert_eq!(of("{{ now | date('%H:%M', 'Europe/Berlin') }}"), Ok(json!("14:30")));
    assert_eq!(
        of("{{ now | shift('-1 day') | date('%H:%M', 'Europe/Berlin') }}"),
        Ok(json!("13:30"))
    );
    assert_eq!(of("{{ now | shift('-2h') }}"), Ok(json!("2026-03-29T10:30:00Z")));
    assert_eq!(of("{{ '2026-03-29T12:00:00Z' | minutes_since }}"), Ok(json!(30)));
    assert_eq!(of("{{ '2026-03-29 13:00' | minutes_since }}"), Ok(json!(-30)));
    assert_eq!(
        of("{{ 'soon' | minutes_since }}"),
        Err("`minutes_since`: `soon` is no time such as 2024-04-15T08:30:00Z".to_owned())
    );
    assert!(of("{{ now | date('%!') }}").is_err());
    assert!(
        of("{{ now | date('%H', 'Europe/Bern') }}")
            .unwrap_err()
            .contains("there is no time zone `Europe/Bern`")
    );
    assert!(of("{{ now | shift('9999 years') }}").unwrap_err().contains("calendar"));
}

#[test]
fn lists_that_a_template_writes_as_json_are_lists_again() {
    let doubled =
        "{% set doubled %}[{% for id in inputs.ids %}{{ ',' if not loop.first }}{{ id * 2 }}{% endfor %}]{% endset %}";
    assert_eq!(of("{{ '[1, {\"a\": 2}]' | from_json }}"), Ok(json!([1, {"a": 2}])));
    assert_eq!(
        of("{{ '[1, {\"a\": 2}]' | from_json | jsonpath('$[1].a') }}"),
        Ok(json!(2))
    );
    assert_eq!(
        of(&format!("{doubled}{{{{ doubled | from_json | length }}}}")),
        Ok(json!("2"))
    );
    assert!(of("{{ '[1' | from_json }}").unwrap_err().contains("this is no JSON"));
}

#[test]
fn a_quoted_text_cannot_leave_its_quotes() {
    let condition = "company/name = {{ event.fields['Company Name'] | quote }}";
    assert_eq!(of(condition), Ok(json!(r#"company/name = "Acme \"East\"""#)));
    assert_eq!(of(r"{{ 'a\\' | quote }}"), Ok(json!(r#""a\\""#)));
    assert_eq!(of("{{ 7 | quote }}"), Ok(json!("\"7\"")));
}

#[test]
fn what_does_not_end_or_makes_too_much_is_refused_in_a_sentence() {
    let endless = [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 99999999 }}",
        "{{ [[[[1] * 1000] * 1000] * 1000] * 1000 }}",
        "{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('xxxxxxxxxx') }}",
        "{% set a = 'x' * 1000 %}{% set b = a * 1000 %}{% set c = b * 1000 %}{{ c }}",
        "{{ range(99999) | list | map('string') | join('x' * 10000) }}",
        "a {% for x in range(99999) %}{{ PlaybookData }}{% endfor %}",
    ];
    for template in endless {
        let refused = of(template).unwrap_err();
        assert!(refused.len() < 300 && !refused.contains('\n'), "{template}: {refused}");
    }
    let big = json!({"inputs": {"text": "x".repeat(17 * 1024 * 1024)}});
    let refused = render(&json!("{{ inputs }}"), big.as_object().unwrap()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`inputs`: it comes to more than 16 MiB; take only what is needed, such as ids"
    );
}

#[test]
fn a_template_that_cannot_be_read_is_said() {
    for broken in [
        "{{ inputs.",
        "{{ a b }}",
        "{% if %}",
        "{% for x in y %}",
        "{{ x | nothing }}",
        "{{ 'a }}",
        "{{ }}",
    ] {
        let refused = of(broken).unwrap_err();
        assert!(refused.len() < 200 && !refused.contains('\n'), "{broken}: {refused}");
    }
}

#[test]
fn nothing_grows_step_by_step_without_end() {
    let nested = format!("{}1{}", "[".repeat(140), "]".repeat(140));
    assert!(of(&format!("{{{{ {nested} }}}}")).is_err());
    assert!(of("{% set ns = namespace(a=1) %}").is_err());
}

#[test]
fn what_is_read_is_told_from_names_in_the_text() {
    let read = |template: &str| {
        let named = reads(template).into_iter().filter(|read| read.root == "PlaybookData");
        named.map(|read| read.member).collect::<Vec<_>>()
    };
    let some = |name: &str| vec![Some(name.to_owned())];
    assert_eq!(read("{{ PlaybookData.Look.rawData }}"), some("Look"));
    assert_eq!(read("a {{ x ~ PlaybookData[\"Look up\"] }}"), some("Look up"));
    assert_eq!(read("{% if PlaybookData['It\\'s'] %}"), some("It's"));
    assert_eq!(
        read(r#"{{ PlaybookData | jsonpath('$.["Look up"].rawData') }}"#),
        some("Look up")
    );
    assert_eq!(read(r#"{{ PlaybookData|jsonpath("$['Look up']") }}"#), some("Look up"));
    assert_eq!(
        read(r#"{{ PlaybookData | jsonpath("$.[\"Look up\"]") }}"#),
        some("Look up")
    );
    assert_eq!(read("{{ PlaybookData | jsonpath('$..id') }}"), [None]);
    assert_eq!(read("{{ PlaybookData[inputs.step] }}"), [None]);
    assert_eq!(
        read("PlaybookData.Look {# {{ PlaybookData.Look }} #} {{ 'PlaybookData.Look' }}"),
        []
    );
    assert_eq!(
        read("{% raw %}{{ PlaybookData.Look }}{% endraw %}{{ inputs.PlaybookData }}"),
        []
    );
    let inputs = Read {
        root: "inputs".to_owned(),
        member: Some("board".to_owned()),
    };
    assert!(reads("{{ x | default(inputs.board) }}").contains(&inputs));
}

proptest! {
    #[test]
    fn no_template_makes_it_panic(
        any in ".{0,40}",
        inner in "[a-z0-9 .|()\\[\\]'\"$*+~,:{}%_-]{0,40}",
        words in prop::collection::vec(prop::sample::select(vec![
            "PlaybookData", "inputs", "now", ".", "|", "jsonpath", "(", ")", "'$.[\"Create\"]'", "[", "]", "0", "'a'", "*", "~",
            "date", "shift", "quote", "minutes_since", "default", "range", "for", "in", "if", "else", "is", "not", "defined", ",",
        ]), 0..12),
    ) {
        let words = words.join(" ");
        for template in [any, format!("{{{{ {inner} }}}}"), format!("a {{% {inner} %}}"), format!("{{{{ {words} }}}}")] {
            let _either = (of(&template), reads(&template));
        }
    }

    #[test]
    fn any_json_comes_out_as_it_went_in(name in "[a-t]{1,6}", text in ".{0,20}", number in any::<i64>(), real in -1e9..1e9f64) {
        let value = json!({ name.clone(): [text.clone(), number, real, null, {"a": {"b": text}}], "u": u64::MAX });
        let roots = json!({"inputs": {"value": value.clone()}});
        let rendered = render(&json!({"a": "{{ inputs.value }}"}), roots.as_object().unwrap()).unwrap();
        prop_assert_eq!(&rendered["a"], &value);
        let rebuilt = render(&json!(format!("{{{{ {{'v': inputs.value['{name}'][1], 'u': inputs.value.u}} }}}}")), roots.as_object().unwrap());
        prop_assert_eq!(rebuilt.unwrap(), json!({"v": number, "u": u64::MAX}));
    }
}
