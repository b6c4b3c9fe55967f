//! Characters that are one in people's eyes: traditional and simplified forms, and variants that registries mix up.

/// Pairs of a form and the one that it is folded to. Only characters that names have; what is missing is merely not folded.
const PAIRS: &str = "陳陈 黃黄 劉刘 張张 吳吴 趙赵 鄭郑 楊杨 許许 孫孙 馬马 馮冯 蕭萧 謝谢 羅罗 葉叶 鄧邓 韓韩 蔣蒋 閻阎 盧卢 鍾钟 鐘钟 譚谭 \
     陸陆 範范 賈贾 鄒邹 顧顾 龔龚 龍龙 萬万 錢钱 湯汤 賴赖 餘余 閔闵 關关 區区 麥麦 嚴严 簡简 黎黎 蘇苏 呂吕 魯鲁 畢毕 聶聂 喬乔 \
     歐欧 陽阳 溫温 莊庄 邱丘 厲厉 衛卫 竇窦 項项 祝祝 遲迟 單单 應应 談谈 鄔邬 酈郦 鄺邝 勞劳 龐庞 駱骆 齊齐 藍蓝 閆闫 尹尹 岑岑 \
     國国 華华 偉伟 強强 彊强 麗丽 靜静 愛爱 紅红 軍军 傑杰 東东 勝胜 輝辉 煒炜 煥焕 燦灿 燁烨 爍烁 瑋玮 瓊琼 璽玺 璣玑 珮佩 琺珐 \
     榮荣 銘铭 銳锐 鋒锋 鋼钢 錦锦 鎮镇 鑫鑫 鉅钜 鈞钧 鈴铃 銀银 鍵键 鐵铁 鳳凤 鶴鹤 鴻鸿 鵬鹏 鷹鹰 鶯莺 鸞鸾 鵑鹃 凱凯 剛刚 創创 \
     劍剑 劲劲 勁劲 勵励 勳勋 勛勋 啟启 啓启 嘯啸 團团 園园 圓圆 聖圣 堅坚 壽寿 夢梦 奮奋 婭娅 嬌娇 孌娈 學学 寧宁 寶宝 寳宝 實实 \
     將将 導导 島岛 峰峰 峯峰 崗岗 嵐岚 嶺岭 巖岩 喦岩 幹干 廣广 慶庆 憲宪 懷怀 戀恋 戰战 揚扬 擇择 攀攀 敏敏 數数 曉晓 曄晔 曠旷 \
     書书 會会 朗朗 業业 極极 楓枫 榕榕 樂乐 樹树 樺桦 橋桥 機机 權权 歡欢 歲岁 氣气 漢汉 潔洁 潤润 澤泽 濤涛 瀾澜 灝灏 瀟潇 滄沧 \
     爾尔 獻献 環环 瑩莹 瑤瑶 瑪玛 畫画 瘋疯 發发 皚皑 盡尽 盤盘 睿睿 碩硕 禮礼 禎祯 禪禅 積积 穎颖 穌稣 競竞 筆笔 節节 築筑 純纯 \
     紋纹 紫紫 維维 綺绮 綠绿 緒绪 線线 縈萦 績绩 繡绣 繼继 纓缨 緯纬 練练 紹绍 給给 統统 經经 綱纲 緣缘 纖纤 義义 翹翘 習习 聰聪 \
     聯联 聲声 肅肃 腦脑 膽胆 臨临 興兴 舉举 艷艳 艶艳 豔艳 蘭兰 蓮莲 蔭荫 薔蔷 蘆芦 薩萨 蕓芸 虹虹 號号 蝦虾 螢萤 術术 裝装 襄襄 \
     覺觉 覽览 觀观 詠咏 詩诗 誠诚 語语 誼谊 論论 諾诺 謙谦 講讲 議议 護护 讓让 豐丰 貞贞 財财 貢贡 貴贵 貫贯 貝贝 賓宾 賢贤 贊赞 \
     賀贺 賜赐 質质 軒轩 輔辅 輕轻 輪轮 轉转 達达 運运 連连 進进 遠远 遙遥 選选 適适 遷迁 還还 鄉乡 醫医 釗钊 釵钗 長长 門门 閃闪 \
     開开 閒闲 間间 閣阁 隊队 階阶 際际 陰阴 陶陶 隨随 隱隐 雋隽 雙双 雜杂 雞鸡 雲云 電电 霽霁 靈灵 韋韦 韻韵 響响 頂顶 順顺 須须 \
     頌颂 預预 領领 頡颉 頤颐 頻频 顏颜 顯显 風风 飛飞 養养 駿骏 騰腾 驊骅 驍骁 驕骄 驥骥 髮发 魚鱼 鯤鲲 鮮鲜 鳴鸣 鹽盐 麟麟 黨党 \
     點点 齡龄 龜龟 昇升 陞升 堃坤 淼淼 喆哲 菓果 祐佑 晧皓 皜皓 澔浩 凃涂 塗涂 徳德 悳德 恆恒 敍叙 敘叙 晉晋 晳晰 朶朵 槑梅 汎泛 \
     洁洁 淩凌 游游 遊游 犇奔 玨珏 瑠琉 甦苏 甯宁 寗宁 眞真 祿禄 秊年 筠筠 羣群 脩修 荘庄 葢盖 蔴麻 衆众 裡里 裏里 讚赞 跡迹 迺乃 \
     週周 鉄铁 鋭锐 鎭镇 鍊炼 鑒鉴 鑑鉴 閑闲 雁雁 鴈雁 靑青 頴颖 飆飙 駸骎 麽么 濬浚 濶阔 闊阔 炤照 煊煊 燿耀 璿璇 璇璇 翺翱 芲花 \
     蘊蕴 蕙蕙 蘓苏 訢欣 忻欣 贇赟 逹达 鈺钰 鋆鋆 鏞镛 鑾銮 飴饴 奐奂 奧奥 妍妍 姸妍 婧婧 媛媛 嫻娴 嫺娴 孃娘 岡冈 岳岳 嶽岳 巍巍 \
     彥彦 彬彬 惠惠 惪德 愷恺 慧慧 憶忆 戎戎 扬扬 晃晃 曦曦 杏杏 標标 棟栋 檸柠 櫻樱 沖冲 衝冲 淨净 湧涌 準准 潯浔 瀅滢 灣湾 爐炉 \
     珎珍 琍璃 璉琏 瓏珑 禕祎 稚稚 穉稚 綵彩 絲丝 綉绣 緻致 羽羽 翠翠 耀耀 聞闻 葦苇 蒞莅 蒼苍 蔓蔓 薇薇 蘋苹 衡衡 諒谅 譽誉 譯译 \
     豫豫 賡赓 迎迎 邁迈 鄰邻 鉉铉 銓铨 鋮铖 錚铮 鎧铠 鏡镜 鐸铎 鑄铸 陣阵 隴陇 韜韬 頊顼 飄飘 馨馨 騏骐 驗验 鯨鲸 鳶鸢 鷗鸥 麓麓";

/// A sorted table of `PAIRS`, made once.
fn table() -> &'static [(char, char)] {
    static TABLE: std::sync::OnceLock<Vec<(char, char)>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let pair = |text: &str| {
            let mut letters = text.chars();
            Some((letters.next()?, letters.next()?)).filter(|(form, plain)| form != plain)
        };
        let mut table: Vec<(char, char)> = PAIRS.split_whitespace().filter_map(pair).collect();
        table.sort_unstable();
        table.dedup_by_key(|(form, _)| *form);
        table
    })
}

/// The character that a form is folded to; itself where it is no form of another.
pub(super) fn plain(letter: char) -> char {
    let table = table();
    table.binary_search_by_key(&letter, |(form, _)| *form).map_or(letter, |at| table[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_folded_once_and_for_all() {
        for (form, simple) in [('陳', '陈'), ('華', '华'), ('峯', '峰'), ('昇', '升'), ('張', '张')] {
            assert_eq!(plain(form), simple);
        }
        assert_eq!(plain('伟'), '伟');
        for (form, simple) in table() {
            assert_eq!(plain(*simple), *simple, "{form} is folded to {simple}, which is folded again");
        }
        assert!(table().len() > 400, "the table lost its pairs");
    }
}
