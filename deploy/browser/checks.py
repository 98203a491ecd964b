"""Accessibility of a page as it stands: names, headings, contrast (WCAG 2.2 AA), keyboard."""

NAMES = """
const bad=[];
for(const e of document.querySelectorAll('input:not([type=hidden]),select,textarea,button,a[href]')){
  const label=(e.labels&&e.labels.length?[...e.labels].map(l=>l.innerText).join(' '):'')+(e.getAttribute('aria-label')||'')+(e.tagName==='BUTTON'||e.tagName==='A'?e.textContent:'');
  if(!label.trim())bad.push(e.outerHTML.slice(0,120));
}
return bad;
"""

STRUCTURE = """
const bad=[];
if(document.documentElement.lang!=='zh-CN')bad.push('lang '+document.documentElement.lang);
if(document.querySelectorAll('h1').length!==1)bad.push(document.querySelectorAll('h1').length+' h1');
if(!document.querySelector('main'))bad.push('no main');
if(!document.title)bad.push('no title');
let last=1;
for(const h of document.querySelectorAll('main h1,main h2,main h3')){const n=+h.tagName[1];if(n>last+1)bad.push('heading jumps at '+h.innerText);last=n}
for(const t of document.querySelectorAll('table')){if(!t.querySelector('thead th[scope=col]')&&[...t.rows].some(r=>!r.querySelector('th[scope=row]')))bad.push('table without scoped head')}
const ids=[...document.querySelectorAll('[id]')].map(e=>e.id);
for(const i of new Set(ids))if(ids.filter(x=>x===i).length>1)bad.push('id twice: '+i);
return bad;
"""

CONTRAST = """
function part(c){c/=255;return c<=0.04045?c/12.92:Math.pow((c+0.055)/1.055,2.4)}
function lum(c){return 0.2126*part(c[0])+0.7152*part(c[1])+0.0722*part(c[2])}
function parse(t){const m=t.match(/[\\d.]+/g).map(Number);return m.length>3?m:[...m,1]}
function ground(e){for(let n=e;n;n=n.parentElement){const c=parse(getComputedStyle(n).backgroundColor);if(c[3]>0)return c}
  return matchMedia('(prefers-color-scheme:dark)').matches?[0,0,0,1]:[255,255,255,1]}
const bad=new Set();
const walk=document.createTreeWalker(document.body,NodeFilter.SHOW_TEXT);
for(let n=walk.nextNode();n;n=walk.nextNode()){
  const e=n.parentElement;if(!n.textContent.trim()||!e.offsetParent||e.closest('script,style,.skip,option,svg'))continue;
  const s=getComputedStyle(e),a=lum(parse(s.color)),b=lum(ground(e)),ratio=(Math.max(a,b)+0.05)/(Math.min(a,b)+0.05);
  const large=parseFloat(s.fontSize)>=24||(parseFloat(s.fontSize)>=18.66&&+s.fontWeight>=700);
  if(ratio<(large?3:4.5))bad.add(ratio.toFixed(2)+' '+e.tagName+'.'+e.className+' '+n.textContent.trim().slice(0,30));
}
return [...bad];
"""

WIDTH = "return document.documentElement.scrollWidth>document.documentElement.clientWidth+1?['page is wider than the window: '+document.documentElement.scrollWidth]:[]"


def faults(browser, where):
    """Everything that is wrong with the page, as lines."""
    found = [f"{where}: {text}" for script in (NAMES, STRUCTURE, WIDTH) for text in browser.script(script)]
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        found += [f"{where}, {scheme}: contrast {text}" for text in browser.script(CONTRAST)]
    browser.scheme("light")
    return found


def keyboard_reaches_main(browser):
    """The first tab stop is the link that skips the menu."""
    browser.script("document.activeElement.blur();window.scrollTo(0,0)")
    browser.keys("\ue004")
    return browser.script("return document.activeElement.className==='skip'&&document.activeElement.getAttribute('href')==='#main'")


def must_find(browser):
    """The checks themselves are tried on a page that is made worse: a check that finds nothing is no check."""
    browser.script(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        "'<div id=worse><h3>x</h3><input name=nameless><p style=\"color:#999;background:#888\">hardly seen</p></div>');"
        "document.querySelector('#worse p').style.cssText='color:rgb(153,153,153);background:rgb(136,136,136)'")
    found = "\n".join(faults(browser, "worse"))
    browser.script("document.querySelector('#worse').remove()")
    for sign in ("nameless", "heading jumps", "hardly seen"):
        assert sign in found, f"the checks do not see: {sign}\n{found}"
