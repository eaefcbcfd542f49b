//! Advertising that asks: a page with a stub in its head, and a stranger's frame.

/// The stub that a page has before our script comes, as IAB Tech Lab publishes it in substance: collects
/// calls, and answers frames by calling the API of the page. Two calls are made at once.
pub fn stub(name: &str) -> String {
    let (api, listen, ping) = if name == "tcf" {
        ("__tcfapi", "__tcfapi('addEventListener', 2, hear);", "__tcfapi('ping', 2, pinged);")
    } else {
        ("__gpp", "__gpp('addEventListener', hear);", "__gpp('ping', pinged);")
    };
    let call = if name == "tcf" {
        "call.command, call.version, answer, call.parameter"
    } else {
        "call.command, answer, call.parameter, call.version"
    };
    format!(
        "<script nonce=\"lantern\">(() => {{
  const queue = [];
  window.{api} = (...call) => {{
    if (!call.length || call[0] === 'queue') return queue;
    if (call[0] === 'events') return [];
    queue.push(call);
  }};
  addEventListener('message', ({{ data, source }}) => {{
    const call = data?.{api}Call;
    if (call) {{
      const answer = (returnValue, success) => {{
        const reply = {{ {api}Return: {{ returnValue, success, callId: call.callId }} }};
        window.framed = reply;
        source.postMessage(reply, '*');
      }};
      window.{api}({call});
    }}
  }});
  const hear = (data) => (window.heard ||= []).push(structuredClone(data));
  const pinged = (data, success) => window.pinged = success;
  {listen}
  {ping}
}})();</script>"
    )
}

/// A stranger's frame that asks the page, and shows what it heard. Where the page has no stub it waits for
/// the frame by whose name an API is found.
pub fn frame(file: &str) -> String {
    let api = if file.starts_with("tcf") { "__tcfapi" } else { "__gpp" };
    let bare = file.contains("bare");
    format!(
        "<!doctype html><html lang=en><title>Advertising</title><main><h1>Asking</h1><p></p></main><script>
  addEventListener('message', ({{ data }}) => {{
    document.querySelector('p').textContent = JSON.stringify((typeof data === 'string' ? JSON.parse(data) : data).{api}Return);
  }});
  const call = {{ command: 'ping', version: 2, callId: 'from-the-frame' }};
  const ask = () => {{
    try {{
      // To ask a stranger's window for a name it does not have is a fault.
      if ({bare} && !parent.frames['{api}Locator']) throw 0;
    }} catch {{
      return setTimeout(ask, 20);
    }}
    parent.postMessage({bare} ? JSON.stringify({{ {api}Call: call }}) : {{ {api}Call: call }}, '*');
  }};
  ask();
</script>"
    )
}
