/// The one script. Only enhances: without it every page works, with plain reloads.
enum ConsoleScript {
    static let text = """
        (function(){
        'use strict';
        // A page that says so shows news without a reload; what is being typed or chosen is left alone.
        var parts=function(d){return Array.prototype.slice.call(d.querySelectorAll('[data-live]'))};
        if(parts(document).length&&window.EventSource){
          var source=new EventSource('/events?since='+(document.body.getAttribute('data-rings')||'')),busy=false,again=false;
          var fresh=function(){
            if(busy){again=true;return}
            busy=true;
            fetch(location.href,{credentials:'same-origin',headers:{'Xueji-Live':'1'}}).then(function(r){
              if(r.redirected||r.status===401){location.reload();return ''}
              return r.ok?r.text():''}).then(function(t){
              if(!t)return;
              var next=parts(new DOMParser().parseFromString(t,'text/html')),ended=next.length>0;
              parts(document).forEach(function(live,i){
                if(!next[i])return;
                if(next[i].getAttribute('data-live')!=='ended')ended=false;
                if(!live.contains(document.activeElement)&&next[i].innerHTML!==live.innerHTML)live.innerHTML=next[i].innerHTML;
              });
              if(ended)source.close();
            }).catch(function(){}).then(function(){busy=false;if(again){again=false;setTimeout(fresh,1000)}});
          };
          source.addEventListener('news',fresh);
        }
        // One tick for the whole list.
        document.addEventListener('change',function(e){
          if(!e.target.matches||!e.target.matches('[data-all]'))return;
          e.target.closest('form').querySelectorAll('input[name=dossier]').forEach(function(b){b.checked=e.target.checked});
        });
        // A workbook may be dropped on its field's form.
        document.querySelectorAll('form[data-drop]').forEach(function(f){
          var field=f.querySelector('input[type=file]');
          f.addEventListener('dragover',function(e){e.preventDefault()});
          f.addEventListener('drop',function(e){e.preventDefault();if(e.dataTransfer.files.length){field.files=e.dataTransfer.files;field.focus()}});
        });
        // Nothing is sent twice by a nervous finger.
        document.addEventListener('submit',function(e){
          var f=e.target;if(f.dataset.sent){e.preventDefault();return}
          if(f.dataset.sure&&!window.confirm(f.dataset.sure)){e.preventDefault();return}
          f.dataset.sent='1';setTimeout(function(){delete f.dataset.sent},4000);
        });
        document.querySelectorAll('[data-print]').forEach(function(b){b.hidden=false;b.addEventListener('click',function(){window.print()})});
        })();
        """
}
