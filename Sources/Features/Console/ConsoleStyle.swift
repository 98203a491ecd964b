/// The one style sheet. Keeps to what Chromium 109 knows; light and dark by system; A4 when printed.
enum ConsoleStyle {
    static let text = """
        :root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--ground:#fff;--shade:#f4f6f8;--link:#0b57a4;--act:#0a6640;--act-ink:#fff;
        --bad:#b3261e;--bad-ground:#fdf0ef;--good:#0a6640;--good-ground:#eef7f1;--warn:#7a4f01;--warn-ground:#fff7e6;--focus:#f2b600}
        @media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a3adb8;--line:#3a424b;--ground:#14181d;--shade:#1d232a;--link:#7db8f5;
        --act:#3fae78;--act-ink:#06170e;--bad:#ff9a90;--bad-ground:#3a1b19;--good:#74d3a2;--good-ground:#12291d;--warn:#f0c36d;--warn-ground:#33270c}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 system-ui,"Microsoft YaHei","PingFang SC","Noto Sans CJK SC","WenQuanYi Zen Hei",sans-serif}
        a{color:var(--link);text-underline-offset:3px}
        :focus-visible{outline:3px solid var(--focus);outline-offset:2px}
        .skip{position:absolute;left:-99em}.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem 1rem;z-index:2}
        header{border-bottom:1px solid var(--line);background:var(--shade)}
        .wide{max-width:72rem;margin:0 auto;padding:0 1rem}
        header .wide{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-top:.75rem;padding-bottom:.75rem}
        header strong{font-size:1.1rem}header .who a,header .who button{white-space:nowrap}header .who{margin-left:auto;color:var(--soft);display:flex;gap:1rem;align-items:baseline}
        nav .wide{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;align-items:baseline;padding-top:0}nav .group{color:var(--soft);font-size:.875rem}
        nav ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
        main nav{margin-bottom:1rem}
        nav a{display:inline-block;padding:.25rem 0;text-decoration:none}nav a[aria-current]{border-bottom:3px solid var(--act);color:var(--ink)}
        main.wide{padding-top:1.5rem;padding-bottom:3rem}
        h1{font-size:1.6rem;line-height:1.3;margin:0 0 1rem}h2{font-size:1.2rem;margin:2rem 0 .75rem}
        p{max-width:46em}.soft{color:var(--soft)}.small{font-size:.875rem}
        table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}caption{text-align:left;color:var(--soft);padding:.25rem 0}
        th,td{text-align:left;padding:.45rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
        thead th{border-bottom:2px solid var(--line);font-weight:600;white-space:nowrap}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}td.t{white-space:nowrap}td.words{min-width:9em}
        .code{font-family:ui-monospace,Consolas,"DejaVu Sans Mono",monospace;font-size:.9375em}
        form.line{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin:0 0 1rem}
        label{display:block;font-weight:600;margin:0 0 .25rem}label.tick{font-weight:400;display:inline-flex;gap:.5rem;align-items:baseline}
        .field{margin:0 0 1.1rem;max-width:30rem}.hint{display:block;color:var(--soft);font-weight:400;font-size:.875rem}
        input,select,textarea{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:3px;padding:.45rem .6rem;max-width:100%}
        .field input:not([type=checkbox]):not([type=file]),.field select,.field textarea{width:100%}
        input[type=checkbox]{width:1.15rem;height:1.15rem;padding:0;vertical-align:-.15rem}
        td button{white-space:nowrap}
        button,.button{font:inherit;font-weight:600;border:1px solid var(--act);background:var(--act);color:var(--act-ink);border-radius:3px;padding:.45rem 1rem;cursor:pointer;text-decoration:none;display:inline-block}
        button.plain,.button.plain{background:transparent;color:var(--link);border-color:var(--line)}button.danger{background:transparent;color:var(--bad);border-color:var(--bad)}
        .acts{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin:1rem 0}
        .note{border-left:5px solid var(--line);background:var(--shade);padding:.75rem 1rem;margin:0 0 1.25rem;max-width:60em}
        .note h2{margin:0 0 .25rem;font-size:1.05rem}.note p{margin:0}
        .bad{border-color:var(--bad);background:var(--bad-ground)}.good{border-color:var(--good);background:var(--good-ground)}.warn{border-color:var(--warn);background:var(--warn-ground)}
        .field.wrong{border-left:5px solid var(--bad);padding-left:1rem}.fault{color:var(--bad);font-weight:600;display:block}
        .tag{display:inline-block;border:1px solid var(--line);border-radius:1em;padding:0 .6em;font-size:.875rem;white-space:nowrap}
        .tag.bad{color:var(--bad);border-color:var(--bad);background:transparent}.tag.good{color:var(--good);border-color:var(--good);background:transparent}.tag.warn{color:var(--warn);border-color:var(--warn);background:transparent}
        .counts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.75rem;list-style:none;padding:0;margin:0 0 1.5rem}
        .counts a,.counts div{display:block;border:1px solid var(--line);border-radius:4px;padding:.6rem .9rem;text-decoration:none;color:inherit}
        .counts b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}.counts a:hover{border-color:var(--link)}
        dl.facts{display:grid;grid-template-columns:minmax(8em,13em) 1fr;gap:.35rem 1rem;margin:0 0 1rem}dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
        ol.time{list-style:none;margin:0;padding:0 0 0 1rem;border-left:3px solid var(--line)}ol.time li{margin:0 0 .9rem;position:relative}
        ol.time li:before{content:"";position:absolute;left:-1.42rem;top:.5rem;width:.7rem;height:.7rem;border-radius:50%;background:var(--act)}
        ol.time li.void b{color:var(--soft);text-decoration:line-through}
        ol.way{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem;padding:0}ol.way li{border:1px solid var(--line);border-radius:4px;padding:.35rem .75rem}ol.way li.done{border-color:var(--good)}
        .two{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:0 2rem}
        del{color:var(--bad)}ins{color:var(--good);text-decoration:none;font-weight:600}
        progress{width:100%;max-width:30rem;height:1.1rem}
        footer{border-top:1px solid var(--line);color:var(--soft);font-size:.875rem;padding:1rem 0 2rem}
        svg text{fill:var(--ink)}svg .bar{fill:var(--act)}svg.map{width:100%;max-width:56rem;height:auto;display:block;margin:0 0 1.5rem}
        svg.map rect{fill:var(--shade);stroke:var(--line)}svg.map .good rect{fill:var(--good-ground);stroke:var(--good)}svg.map .bad rect{fill:var(--bad-ground);stroke:var(--bad)}
        svg.map .name{font-weight:600;font-size:17px}svg.map .count{font-size:19px}svg.map .state{font-size:14px}svg.map .pale text{fill:var(--soft)}svg.map a{text-decoration:none}
        div.chart{overflow-x:auto}svg.chart{width:100%;min-width:30rem;max-width:56rem;height:auto;display:block}svg.chart text{font-size:12px}svg.chart line{stroke:var(--line)}
        .paper{border:1px solid var(--line);padding:1.5rem;max-width:46rem}.paper h1{text-align:center}.photo{float:right;width:35mm;height:45mm;border:1px dashed var(--soft);color:var(--soft);display:grid;place-content:center;margin:0 0 1rem 1rem}.paper svg.qr{width:72mm;height:72mm}.paper+.acts+section p{overflow-wrap:anywhere;max-width:none}
        .paper.form table{width:100%;border-collapse:collapse}.paper.form th,.paper.form td{border:1px solid var(--ink);padding:.3rem .5rem;text-align:left}.paper.form th{white-space:nowrap;font-weight:600}.paper.form td p{margin:.2rem 0}.paper.form .sign{text-align:right}.paper.form tr{break-inside:avoid}
        svg.qr{background:#fff;display:block;margin:.5rem 0}svg.qr path{fill:#000}
        @media (max-width:40rem){header .roles{display:none}dl.facts{grid-template-columns:1fr}dl.facts dd{margin-bottom:.5rem}h1{font-size:1.35rem}header .who a,header .who button{white-space:nowrap}header .who{margin-left:0}}
        @media print{@page{size:A4;margin:15mm}header,footer,nav,.acts,form:not(.printed),.noprint{display:none!important}body{font-size:11pt;background:#fff;color:#000}a{color:inherit;text-decoration:none}.wide{max-width:none;padding:0}.paper{border:0;padding:0}.scroll{overflow:visible}}
        """
}
