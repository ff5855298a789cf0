"""Words that would like to be more than words: pings, links in disguise, markup, and what breaks a layout."""

HOSTILE = [
    text
    for core in (
        *("<!channel>", "<!here|here>", "<!everyone>", "<@U1>", "<@UADA|ada>", "<!subteam^S1>", "<#C1|general>"),
        *("<https://evil.example|https://bank.example>", "[bank](https://evil.example)", "@channel", "@here", "@ada"),
        *("<mailto:a@b.example|bank>", "<tel:1|2>", "<!date^1392734382^{date}|now>", "<!subteam^S1|@all>", "@everyone"),
        *(
            "*bold*",
            "_it_",
            "~no~",
            "`code`",
            "```block```",
            "> quote",
            ":smile:",
            "&lt;!channel&gt;",
            "&",
            "<",
            ">",
            "|",
        ),
        *("\u202eevil", "\x00\x07", "🏳️‍🌈" * 50, "ア" * 3000, "a" * 12_000, "\n" * 200, " ", "…", '"}]', "\\<!here\\>"),
    )
    for text in (core, f"x{core}", f"{core} {core}", f"\n{core}\n", core * 40, f"*{core}*")
]
