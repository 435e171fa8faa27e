"""
What regions are called: the provinces and larger cities of GB/T 2260, the countries of ISO 3166.

A place that is not here is called by the nearest one around it that is, with its own code: a code
that nobody has named is never hidden behind a wrong name. Pure data.
"""

from typing import Final, NamedTuple


class Name(NamedTuple):
    zh: str
    en: str


# GB/T 2260, two or four digits of six: code, Chinese, English.
_CHINA = """
11 北京市 Beijing|12 天津市 Tianjin|13 河北省 Hebei|14 山西省 Shanxi|15 内蒙古自治区 Inner Mongolia
21 辽宁省 Liaoning|22 吉林省 Jilin|23 黑龙江省 Heilongjiang|31 上海市 Shanghai|32 江苏省 Jiangsu
33 浙江省 Zhejiang|34 安徽省 Anhui|35 福建省 Fujian|36 江西省 Jiangxi|37 山东省 Shandong
41 河南省 Henan|42 湖北省 Hubei|43 湖南省 Hunan|44 广东省 Guangdong|45 广西壮族自治区 Guangxi
46 海南省 Hainan|50 重庆市 Chongqing|51 四川省 Sichuan|52 贵州省 Guizhou|53 云南省 Yunnan
54 西藏自治区 Tibet|61 陕西省 Shaanxi|62 甘肃省 Gansu|63 青海省 Qinghai
64 宁夏回族自治区 Ningxia|65 新疆维吾尔自治区 Xinjiang
71 台湾省 Taiwan, China|81 香港特别行政区 Hong Kong, China|82 澳门特别行政区 Macao, China
1301 石家庄市 Shijiazhuang|1302 唐山市 Tangshan|1303 秦皇岛市 Qinhuangdao|1306 保定市 Baoding
1401 太原市 Taiyuan|1402 大同市 Datong|1501 呼和浩特市 Hohhot|1502 包头市 Baotou
2101 沈阳市 Shenyang|2102 大连市 Dalian|2103 鞍山市 Anshan|2201 长春市 Changchun
2301 哈尔滨市 Harbin|2306 大庆市 Daqing
3201 南京市 Nanjing|3202 无锡市 Wuxi|3203 徐州市 Xuzhou|3204 常州市 Changzhou|3205 苏州市 Suzhou
3206 南通市 Nantong|3207 连云港市 Lianyungang|3208 淮安市 Huai'an|3209 盐城市 Yancheng
3210 扬州市 Yangzhou|3211 镇江市 Zhenjiang|3212 泰州市 Taizhou (Jiangsu)|3213 宿迁市 Suqian
3301 杭州市 Hangzhou|3302 宁波市 Ningbo|3303 温州市 Wenzhou|3304 嘉兴市 Jiaxing|3305 湖州市 Huzhou
3306 绍兴市 Shaoxing|3307 金华市 Jinhua|3308 衢州市 Quzhou|3309 舟山市 Zhoushan
3310 台州市 Taizhou (Zhejiang)|3311 丽水市 Lishui
3401 合肥市 Hefei|3402 芜湖市 Wuhu|3403 蚌埠市 Bengbu|3405 马鞍山市 Ma'anshan
3501 福州市 Fuzhou (Fujian)|3502 厦门市 Xiamen|3503 莆田市 Putian|3505 泉州市 Quanzhou
3601 南昌市 Nanchang|3602 景德镇市 Jingdezhen
3701 济南市 Jinan|3702 青岛市 Qingdao|3703 淄博市 Zibo|3705 东营市 Dongying|3706 烟台市 Yantai
3707 潍坊市 Weifang|3708 济宁市 Jining|3710 威海市 Weihai
4101 郑州市 Zhengzhou|4102 开封市 Kaifeng|4103 洛阳市 Luoyang
4201 武汉市 Wuhan|4202 黄石市 Huangshi|4205 宜昌市 Yichang|4206 襄阳市 Xiangyang
4301 长沙市 Changsha|4302 株洲市 Zhuzhou|4303 湘潭市 Xiangtan
4401 广州市 Guangzhou|4403 深圳市 Shenzhen|4404 珠海市 Zhuhai|4405 汕头市 Shantou|4406 佛山市 Foshan
4407 江门市 Jiangmen|4408 湛江市 Zhanjiang|4412 肇庆市 Zhaoqing|4413 惠州市 Huizhou
4419 东莞市 Dongguan|4420 中山市 Zhongshan
4501 南宁市 Nanning|4502 柳州市 Liuzhou|4503 桂林市 Guilin|4601 海口市 Haikou|4602 三亚市 Sanya
5101 成都市 Chengdu|5107 绵阳市 Mianyang|5201 贵阳市 Guiyang|5301 昆明市 Kunming|5401 拉萨市 Lhasa
6101 西安市 Xi'an|6103 宝鸡市 Baoji|6201 兰州市 Lanzhou|6301 西宁市 Xining|6401 银川市 Yinchuan
6501 乌鲁木齐市 Urumqi
310101 上海市黄浦区 Huangpu, Shanghai|310104 上海市徐汇区 Xuhui, Shanghai
310105 上海市长宁区 Changning, Shanghai|310106 上海市静安区 Jing'an, Shanghai
310107 上海市普陀区 Putuo, Shanghai|310109 上海市虹口区 Hongkou, Shanghai
310110 上海市杨浦区 Yangpu, Shanghai|310112 上海市闵行区 Minhang, Shanghai
310113 上海市宝山区 Baoshan, Shanghai|310114 上海市嘉定区 Jiading, Shanghai
310115 上海市浦东新区 Pudong, Shanghai|310116 上海市金山区 Jinshan, Shanghai
310117 上海市松江区 Songjiang, Shanghai|310118 上海市青浦区 Qingpu, Shanghai
310120 上海市奉贤区 Fengxian, Shanghai|310151 上海市崇明区 Chongming, Shanghai
"""
_WORLD = """
WORLD 全球 Worldwide|CN 中国 China|AE 阿联酋 United Arab Emirates|AF 阿富汗 Afghanistan
AL 阿尔巴尼亚 Albania|AM 亚美尼亚 Armenia|AO 安哥拉 Angola|AR 阿根廷 Argentina|AT 奥地利 Austria
AU 澳大利亚 Australia|AZ 阿塞拜疆 Azerbaijan|BA 波斯尼亚和黑塞哥维那 Bosnia and Herzegovina
BD 孟加拉国 Bangladesh|BE 比利时 Belgium|BG 保加利亚 Bulgaria|BH 巴林 Bahrain|BN 文莱 Brunei
BO 玻利维亚 Bolivia|BR 巴西 Brazil|BW 博茨瓦纳 Botswana|BY 白俄罗斯 Belarus|CA 加拿大 Canada
CD 刚果（金） DR Congo|CG 刚果（布） Congo|CH 瑞士 Switzerland|CI 科特迪瓦 Côte d'Ivoire|CL 智利 Chile
CM 喀麦隆 Cameroon|CO 哥伦比亚 Colombia|CR 哥斯达黎加 Costa Rica|CU 古巴 Cuba|CY 塞浦路斯 Cyprus
CZ 捷克 Czechia|DE 德国 Germany|DK 丹麦 Denmark|DO 多米尼加共和国 Dominican Republic
DZ 阿尔及利亚 Algeria|EC 厄瓜多尔 Ecuador|EE 爱沙尼亚 Estonia|EG 埃及 Egypt|ES 西班牙 Spain
ET 埃塞俄比亚 Ethiopia|FI 芬兰 Finland|FJ 斐济 Fiji|FR 法国 France|GB 英国 United Kingdom
GE 格鲁吉亚 Georgia|GH 加纳 Ghana|GR 希腊 Greece|GT 危地马拉 Guatemala|HN 洪都拉斯 Honduras
HR 克罗地亚 Croatia|HU 匈牙利 Hungary|ID 印度尼西亚 Indonesia|IE 爱尔兰 Ireland|IL 以色列 Israel
IN 印度 India|IQ 伊拉克 Iraq|IR 伊朗 Iran|IS 冰岛 Iceland|IT 意大利 Italy|JM 牙买加 Jamaica
JO 约旦 Jordan|JP 日本 Japan|KE 肯尼亚 Kenya|KG 吉尔吉斯斯坦 Kyrgyzstan|KH 柬埔寨 Cambodia
KR 韩国 Republic of Korea|KW 科威特 Kuwait|KZ 哈萨克斯坦 Kazakhstan|LA 老挝 Laos|LB 黎巴嫩 Lebanon
LI 列支敦士登 Liechtenstein|LK 斯里兰卡 Sri Lanka|LT 立陶宛 Lithuania|LU 卢森堡 Luxembourg
LV 拉脱维亚 Latvia|LY 利比亚 Libya|MA 摩洛哥 Morocco|MC 摩纳哥 Monaco|MD 摩尔多瓦 Moldova
ME 黑山 Montenegro|MG 马达加斯加 Madagascar|MK 北马其顿 North Macedonia|MM 缅甸 Myanmar
MN 蒙古 Mongolia|MT 马耳他 Malta|MU 毛里求斯 Mauritius|MV 马尔代夫 Maldives|MX 墨西哥 Mexico
MY 马来西亚 Malaysia|MZ 莫桑比克 Mozambique|NA 纳米比亚 Namibia|NG 尼日利亚 Nigeria
NI 尼加拉瓜 Nicaragua|NL 荷兰 Netherlands|NO 挪威 Norway|NP 尼泊尔 Nepal|NZ 新西兰 New Zealand
OM 阿曼 Oman|PA 巴拿马 Panama|PE 秘鲁 Peru|PG 巴布亚新几内亚 Papua New Guinea|PH 菲律宾 Philippines
PK 巴基斯坦 Pakistan|PL 波兰 Poland|PT 葡萄牙 Portugal|PY 巴拉圭 Paraguay|QA 卡塔尔 Qatar
RO 罗马尼亚 Romania|RS 塞尔维亚 Serbia|RU 俄罗斯 Russia|RW 卢旺达 Rwanda|SA 沙特阿拉伯 Saudi Arabia
SD 苏丹 Sudan|SE 瑞典 Sweden|SG 新加坡 Singapore|SI 斯洛文尼亚 Slovenia|SK 斯洛伐克 Slovakia
SN 塞内加尔 Senegal|SV 萨尔瓦多 El Salvador|SY 叙利亚 Syria|TH 泰国 Thailand|TJ 塔吉克斯坦 Tajikistan
TM 土库曼斯坦 Turkmenistan|TN 突尼斯 Tunisia|TR 土耳其 Türkiye|TZ 坦桑尼亚 Tanzania
UA 乌克兰 Ukraine|UG 乌干达 Uganda|US 美国 United States|UY 乌拉圭 Uruguay|UZ 乌兹别克斯坦 Uzbekistan
VE 委内瑞拉 Venezuela|VN 越南 Viet Nam|YE 也门 Yemen|ZA 南非 South Africa|ZM 赞比亚 Zambia
ZW 津巴布韦 Zimbabwe
"""


def _read(table: str) -> dict[str, Name]:
    named = {}
    for one in table.replace("\n", "|").split("|"):
        if one:
            code, zh, en = one.split(" ", 2)
            named[code] = Name(zh, en)
    return named


NAMES: Final = {
    **_read(_WORLD),
    **{code.ljust(6, "0"): name for code, name in _read(_CHINA).items()},
}


def region_name(code: str) -> Name:
    """The name of a region by its code as `rights.scope.region` writes it: `CN`, `310000`, `US-CA`.

    上海市, 江苏省（320981）, 美国（US-CA）; an unknown country is its code.
    """
    if found := NAMES.get(code):
        return found
    around = [code[:4] + "00", code[:2] + "0000"] if code.isdigit() else [code[:2]]
    for one in around:
        if found := NAMES.get(one):
            return Name(f"{found.zh}（{code}）", f"{found.en} ({code})")
    return Name(code, code)
